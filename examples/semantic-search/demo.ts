/**
 * Search by meaning: questions that share no word with their answers, and what can be made of the hits.
 *
 *     npm run demo -w @vecino/example-semantic-search
 */
import { minilm } from '@vecino/minilm';
import { type Hit, open, type SearchQuery } from 'vecino';
import { type Meaning, readMeanings } from './meanings.ts';

type Metadata = Meaning['metadata'];

await using embedding = minilm();
await using db = await open(':memory:');
const meanings = await db.collection<Metadata>('meanings', { embedding });
await meanings.add(readMeanings(Number(process.argv[2] ?? 40)));
console.log(`${await meanings.count()} explanations of words`);

const text = 'something to keep the rain off';
await show('nearest', { text });
await show('only plants', { text: 'it stings when you touch it', filter: { sort: 'plant' } });

// The best of each sort: no sort crowds out the others.
await show('the best of each sort', { text: 'dangerous', groupBy: 'sort', k: 6 });

// Near the question, and different from each other.
await show('nearest', { text: 'a small dog' });
await show('diversified', { text: 'a small dog', diversify: { lambda: 0.7 } });

// How many of each sort a filter lets pass, counted beside the hits.
const { facets } = await meanings.search({ text, facets: ['sort'] });
console.log('\nsorts:', facets?.['sort']?.values.map(({ value, count }) => `${count} ${value}`).join(', '));

// A second stage: here a rule, elsewhere a model that reads question and text together.
const shortFirst = (hits: readonly Hit<Metadata>[]) => hits.map((hit) => -(hit.document ?? '').length);
await show('the shortest of the 20 nearest', { text, rerank: { by: shortFirst, candidates: 20 } });

// Page by page, and one by one until a reader has enough.
const first = await meanings.search({ text, k: 3, page: true });
if (first.next) await show('second page', { text, page: first.next });
for await (const hit of meanings.nearest({ text })) {
  if (hit.metadata?.sort !== 'artifact') {
    console.log(`\nthe nearest that is no artifact: ${hit.metadata?.words[0]}, ${hit.metadata?.sort}`);
    break;
  }
}

async function show(title: string, query: SearchQuery<Metadata>): Promise<void> {
  console.log(`\n${title}: ${query.text}`);
  for (const { score, metadata, document = '' } of await meanings.search({ k: 3, ...query })) {
    const [word = ''] = metadata?.words ?? [];
    console.log(
      `  ${score.toFixed(2).padStart(6)}  ${metadata?.sort.padEnd(8)}  ${word}: ${document.slice(0, 60)}`,
    );
  }
}
