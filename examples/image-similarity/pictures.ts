import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const KINDS = [
  'T-shirt',
  'trousers',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'boot',
];
const SIDE = 28;

/** A picture of Fashion-MNIST: 28 x 28 grey values, 0 (black) to 255. */
export interface Picture {
  readonly id: string;
  readonly vector: readonly number[];
  readonly metadata: { readonly kind: string };
}

/** So many pictures of each kind, with ids such as `bag 7`. */
export function readPictures(ofEach: number): Picture[] {
  const folder = dirname(createRequire(import.meta.url).resolve('fashion-mnist/package.json'));
  return KINDS.flatMap((kind, label) => {
    const text = readFileSync(join(folder, 'src', 'clothes', `${label}.json`), 'utf8');
    const { data } = JSON.parse(text) as { data: number[][] };
    const pictures = data.filter(({ length }) => length === SIDE ** 2).slice(0, ofEach);
    return pictures.map((vector, i) => ({ id: `${kind} ${i}`, vector, metadata: { kind } }));
  });
}

/** The picture in characters, one for 2 x 4 pixels. */
export function drawn(vector: ArrayLike<number>): string {
  const shades = ' .:*#';
  const lines = Array.from({ length: SIDE / 4 }, (_, row) =>
    Array.from({ length: SIDE / 2 }, (_, column) => {
      let sum = 0;
      for (let i = 0; i < 8; i++) {
        const [y, x] = [row * 4 + (i >> 1), column * 2 + (i & 1)];
        sum += vector[y * SIDE + x] ?? 0;
      }
      return shades[Math.min(shades.length - 1, Math.floor((sum / (8 * 256)) * shades.length))];
    }).join(''),
  );
  return lines.join('\n');
}
