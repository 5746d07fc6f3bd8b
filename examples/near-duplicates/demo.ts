/**
 * Texts that say nearly the same, and what a collection is about.
 *
 *     npm run demo -w @vecino/example-near-duplicates
 */
import { minilm } from '@vecino/minilm';
import { open } from 'vecino';
import { readGlosses } from './glosses.ts';

const [, , count = '600'] = process.argv;

await using embedding = minilm();
await using db = await open(':memory:');
const glosses = await db.collection('glosses', { embedding });
await glosses.add(readGlosses(Number(count)));

// Each record is searched for its neighbours: not all pairs are compared.
const { pairs, clusters: groups } = await glosses.duplicates({ minScore: 0.9 });
console.log(`${pairs.length} pairs of near-duplicates in ${groups.length} groups, the largest:`);
for (const { ids, score } of groups.slice(0, 3)) {
  console.log(`\n  ${ids.length} records, at least ${score.toFixed(3)}`);
  for (const record of await glosses.get(ids.slice(0, 4)))
    console.log(`    ${record?.id}: ${record?.document}`);
}

const clusters = await glosses.clusters({ k: 5, seed: 2, representatives: 2, keywords: 5 });
console.log('\nWhat the collection is about:');
for (const { size, keywords, representatives } of clusters) {
  console.log(`\n  ${size} records: ${keywords.map(({ word }) => word).join(', ')}`);
  for (const { id, document } of representatives) console.log(`    ${id}: ${document}`);
}
