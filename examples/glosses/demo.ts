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
import { hitLine, medianMs, megabytes } from './output.ts';
import { questions } from './questions.ts';
import { storeGlosses } from './store.ts';
import type { GlossMetadata } from './wordnet.ts';

const [folder = './library', count = '4000'] = process.argv.slice(2);

// A model that makes vectors of texts, a folder, and in the folder a collection of records.
await using embedding = minilm();
await using db = await open(folder);
const glosses = await db.collection<GlossMetadata>('glosses', { embedding });

const times: SearchExplanation['timesMs'][] = [];
await storeGlosses(glosses, Number(count));
await ask();

console.log(`
Ask your own:

  npx vecino search ${folder} glosses "something cold to drink"
  npx vecino search ${folder} glosses "to be in a hurry" --k 3 --filter '{"partOfSpeech":"verb"}'
`);

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
