import type { Collection } from 'vecino';
import { showProgress } from './output.ts';
import { type GlossMetadata, readGlosses } from './wordnet.ts';

/** Stores the first glosses, as far as they are not there yet. */
export async function storeGlosses(glosses: Collection<GlossMetadata>, count: number): Promise<void> {
  if ((await glosses.count()) >= count) return;
  const all = readGlosses(count);
  const ids = all.map(({ id }) => id);
  const stored = await glosses.get(ids, []);
  const missing = all.filter((_, i) => stored[i] === undefined);

  // Records without a vector get one from the collection's model. Each call is a transaction: once it has
  // resolved, its records outlive whatever happens to this process.
  console.log(`Making embeddings of ${missing.length} of ${all.length} explanations and storing them:`);
  const progress = showProgress(missing.length);
  for (let start = 0; start < missing.length; start += 100) {
    await glosses.add(missing.slice(start, start + 100));
    progress.update(Math.min(start + 100, missing.length));
  }
  progress.stop();
}
