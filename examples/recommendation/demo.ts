/**
 * More like these, less like those: recommendations from examples, over pictures of clothes.
 *
 *     npm run demo -w @vecino/example-recommendation
 */
import { type Example, open, type Strategy } from 'vecino';
import { readClothes } from './clothes.ts';

await using db = await open(':memory:');
const shop = await db.collection<{ kind: string }>('shop', { dimension: 784 });
await shop.add(readClothes(500));

// Somebody has looked at boots, a dress and a bag, and sent a sandal back.
const like = ['ankle boot 1', 'dress 6', 'bag 4'].map((id) => ({ id }));
const unlike = [{ id: 'sandal 5' }];

console.log('like boots, a dress and a bag, unlike a sandal:');
await show('average', { like, unlike });
await show('bestScore', { like, unlike });
await show('sum', { like, unlike });
console.log('\nthe same, the bag five times as important:');
await show('average', { like: [...like.slice(0, 2), { id: 'bag 4', weight: 5 }], unlike });

// A profile of somebody, in a collection of its own: ids may come from there.
const people = await db.collection('people', { dimension: 784 });
await people.add([{ id: 'ada', vector: (await shop.get('dress 6', ['vector']))?.vector ?? [] }]);
console.log('\nlike what Ada likes:');
await show('average', { like: [{ id: 'ada', collection: 'people' }] });

async function show(
  strategy: Strategy,
  examples: { readonly like: readonly Example[]; readonly unlike?: readonly Example[] },
): Promise<void> {
  const hits = await shop.search({ ...examples, strategy, k: 20, include: ['metadata'] });
  const kinds = Map.groupBy(hits, ({ metadata }) => metadata?.kind ?? '');
  const counts = [...kinds].map(([kind, some]) => `${some.length} x ${kind}`);
  console.log(`  ${strategy.padEnd(10)} ${counts.join(', ')}`);
}
