/**
 * Pictures that look alike. Each picture is its 784 grey values, compared by Euclidean distance; vectors of a model
 * for pictures are used the same way.
 *
 *     npm run demo -w @vecino/example-image-similarity
 */
import { open, type SearchQuery } from 'vecino';
import { drawn, readPictures } from './pictures.ts';

const ofEach = Number(process.argv[2] ?? 300);
await using db = await open(':memory:');
const pictures = await db.collection<{ kind: string }>('pictures', { dimension: 784, metric: 'l2' });
const [asked, ...stored] = readPictures(ofEach).toSorted((a) => (a.id === 'boot 0' ? -1 : 0));
if (!asked) throw new Error('the boot is missing');
await pictures.add(stored);
console.log(`What is like this, among ${await pictures.count()} pictures?\n\n${drawn(asked.vector)}\n`);

const { vector } = asked;
await show('nearest', { vector, k: 5 });
await show('nearest of what is no boot', { vector, k: 5, filter: { kind: { $ne: 'boot' } } });

// Near the picture, and different from each other.
await show('diversified', { vector, k: 5, diversify: { lambda: 0.5 } });

// The two best of the three nearest kinds.
const { groups = [] } = await pictures.search({ vector, k: 3, groupBy: { path: 'kind', hits: 2 } });
for (const { value, hits } of groups) {
  console.log(`${value}: ${hits.map(({ id, score }) => `${id} (${Math.round(score)})`).join(', ')}`);
}

// How often the nearest picture is of the same kind, over pictures that are stored, each asked with itself.
const questions = stored.filter((_, i) => i % 10 === 0);
const answers = await pictures.searchMany(questions.map(({ id }) => ({ id, k: 1, include: ['metadata'] })));
const right = answers.filter(([hit], i) => hit?.metadata?.kind === questions[i]?.metadata.kind).length;
console.log(`\nthe nearest picture is of the same kind: ${right} of ${questions.length}`);

async function show(title: string, query: SearchQuery<{ kind: string }>): Promise<void> {
  const hits = await pictures.search({ ...query, include: [] });
  console.log(`${title}: ${hits.map(({ id, score }) => `${id} (${Math.round(score)})`).join(', ')}`);
}
