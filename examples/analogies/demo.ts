/**
 * Arithmetic on meanings: king - man + woman is queen. 20,000 words with their vectors, in memory.
 *
 *     npm run demo -w @vecino/example-analogies
 */
import { open } from 'vecino';
import { add, subtract } from 'vecino/vector';
import { ANALOGIES } from './analogies.ts';
import { DIMENSION, readWordVectors } from './word-vectors.ts';

await using db = await open(':memory:');
const words = await db.collection<{ rank: number }>('words', { dimension: DIMENSION });
await words.add(readWordVectors());

// What is liked and not liked is added up, and left out of the answer.
await show('king - man + woman', ['king', 'woman'], ['man']);
await show('paris - france + italy', ['paris', 'italy'], ['france']);
await show('walked - walk + swim', ['walked', 'swim'], ['walk']);

// The same by hand: vectors are plain floats. Nothing is left out here, and the nearest is king itself.
const vectors = new Map(readWordVectors().map(({ id, vector }) => [id, vector]));
const [king, man, woman] = ['king', 'man', 'woman'].map(
  (word) => vectors.get(word) ?? new Float32Array(DIMENSION),
);
if (king && man && woman) {
  const hits = await words.search({ vector: add(subtract(king, man), woman), k: 3, include: [] });
  console.log(`by hand: ${hits.map(({ id, score }) => `${id} ${score.toFixed(2)}`).join(', ')}`);
}

const answers = await words.searchMany(
  ANALOGIES.map(({ a, b, c }) => ({ like: [{ id: b }, { id: c }], unlike: [{ id: a }], k: 5, include: [] })),
);
console.log(`\n${ANALOGIES.length} analogies                  right    among the first 5`);
const judged = ANALOGIES.map(({ relation, d }, i) => {
  const found = answers[i]?.findIndex(({ id }) => id === d) ?? -1;
  return { relation, isFirst: found === 0, isFound: found >= 0 };
});
for (const [relation, some] of Map.groupBy(judged, ({ relation }) => relation)) print(relation, some);
print('all', judged);

async function show(sum: string, like: readonly string[], unlike: readonly string[]): Promise<void> {
  const examples = (ids: readonly string[]) => ids.map((id) => ({ id }));
  const hits = await words.search({ like: examples(like), unlike: examples(unlike), k: 3 });
  console.log(`${sum} = ${hits.map(({ id, score }) => `${id} ${score.toFixed(2)}`).join(', ')}`);
}

function print(
  relation: string,
  some: readonly { readonly isFirst: boolean; readonly isFound: boolean }[],
): void {
  const share = (count: number) => `${((100 * count) / some.length).toFixed(0)} %`.padStart(7);
  const first = share(some.filter(({ isFirst }) => isFirst).length);
  const found = share(some.filter(({ isFound }) => isFound).length);
  console.log(`${relation.padEnd(26)} ${String(some.length).padStart(5)} ${first} ${found}`);
}
