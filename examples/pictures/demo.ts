/**
 * Find pictures like this picture: drawings of OpenMoji and a model of pictures, compared with looking at the pixels
 * themselves.
 *
 *     npm run demo -w @vecino/example-pictures
 */
import { mobilenet } from '@vecino/mobilenet';
import sharp from 'sharp';
import { type Collection, open } from 'vecino';
import { type Emoji, readEmoji } from './emoji.ts';

const emoji = readEmoji(Number(process.argv[2] ?? 300));

await using embedding = mobilenet();
await using db = await open(':memory:');
const pictures = await db.collection<{ kind: string }>('pictures', { embedding });
const startMs = performance.now();
await pictures.add(emoji.map(({ name, kind, svg }) => ({ id: name, image: svg, metadata: { kind } })));
const perSecond = (1_000 * emoji.length) / (performance.now() - startMs);
console.log(`${await pictures.count()} pictures, ${perSecond.toFixed(0)} a second\n`);

const shown: readonly string[] = ['hamster', 'strawberry', 'violin', 'railway-car'];
for (const { name } of emoji.filter((one) => shown.includes(one.name))) {
  const hits = await pictures.search({ id: name, k: 5, include: [] });
  console.log(`like ${name}: ${hits.map(({ id }) => id).join(', ')}`);
}

// A picture that is not stored, as a photo would be: smaller, turned a little, and grey.
const asked = emoji.find(({ name }) => name === 'strawberry') ?? (emoji[0] as Emoji);
const altered = await sharp(asked.svg, { density: 200 })
  .rotate(15, { background: '#fff' })
  .resize(100)
  .flatten({ background: '#fff' })
  .greyscale()
  .jpeg()
  .toBuffer();
const [nearest] = await pictures.search({ image: altered, k: 1, include: [] });
console.log(`like a grey, turned JPEG of ${asked.name}: ${nearest?.id} (${nearest?.score.toFixed(3)})`);

// The baseline: 32 by 32 grey pixels, without a model.
const pixels = await db.collection<{ kind: string }>('pixels', { dimension: 1_024, metric: 'l2' });
const greys = await Promise.all(emoji.map(({ svg }) => greyPixels(svg)));
await pixels.add(
  emoji.map(({ name, kind }, i) => ({ id: name, vector: greys[i] ?? [], metadata: { kind } })),
);

console.log('\nof the same kind (of 8)      the nearest   of the 10 nearest');
console.log(`  MobileNetV2, 480 numbers   ${await sameKind(pictures)}`);
console.log(`  grey pixels, 1,024         ${await sameKind(pixels)}`);

async function greyPixels(svg: Buffer): Promise<number[]> {
  const grey = sharp(svg).flatten({ background: '#fff' }).resize(32, 32).greyscale();
  return Array.from(await grey.raw().toBuffer());
}

/** How often what is near is of the same kind, over all pictures, each asked with itself. */
async function sameKind(collection: Collection<{ kind: string }>): Promise<string> {
  const queries = emoji.map(({ name }) => ({ id: name, k: 10, include: ['metadata'] as const, exact: true }));
  const answers = await collection.searchMany(queries);
  const right = answers.map((hits, i) => hits.map((hit) => Number(hit.metadata?.kind === emoji[i]?.kind)));
  const nearest = mean(right.map(([first = 0]) => first));
  const ten = mean(right.map(mean));
  return `${nearest.toFixed(3)}         ${ten.toFixed(3)}`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
