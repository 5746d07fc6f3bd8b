/**
 * Search by meaning over several thousand explanations of words, in one process and one folder.
 *
 *     npm run demo                       4,000 explanations in the folder ./library
 *     node demo.ts <folder> <count>      another folder, another number
 *
 * The first run makes an embedding of every explanation, which takes most of a minute. Stop it whenever you
 * want: what is stored stays, and the next run goes on from there. Later runs go straight to the questions.
 */
import { minilm } from '@vecino/minilm';
import { open, type SearchExplanation, type SearchQuery } from 'vecino';
import { hitLine, medianMs, megabytes, showProgress } from './output.ts';
import { questions } from './questions.ts';
import { type GlossMetadata, readGlosses } from './wordnet.ts';

const [folder = './library', count = '4000'] = process.argv.slice(2);

// A model that makes vectors of texts, a folder, and in the folder a collection of records.
await using embedding = minilm();
await using db = await open(folder);
const glosses = await db.collection<GlossMetadata>('glosses', { embedding });

const times: SearchExplanation['timesMs'][] = [];
if ((await glosses.count()) < Number(count)) await store();
await ask();

console.log(`
Ask your own:

  npx vecino search ${folder} glosses "something cold to drink"
  npx vecino search ${folder} glosses "to be in a hurry" --k 3 --filter '{"partOfSpeech":"verb"}'
`);

async function store(): Promise<void> {
  const all = readGlosses(Number(count));
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

async function ask(): Promise<void> {
  const { records, disk } = await glosses.stats();
  console.log(`${folder} holds ${records} explanations of words in ${megabytes(disk.storeBytes)}.`);
  for (const { text, filter } of questions) {
    console.log(`\n${text}`);
    await search({ text });
    console.log(`  only ${JSON.stringify(filter)}`);
    await search({ text, filter });
  }
  const total = medianMs(times.map(({ total }) => total));
  const embed = medianMs(times.map(({ embed }) => embed));
  console.log(`\nA search took ${total} (median), of which making the embedding of the question ${embed}.`);
}

async function search(query: SearchQuery<GlossMetadata>): Promise<void> {
  const hits = await glosses.search({ ...query, k: 3, explain: true });
  for (const hit of hits) console.log(hitLine(hit));
  if (hits.explain) times.push(hits.explain.timesMs);
}
