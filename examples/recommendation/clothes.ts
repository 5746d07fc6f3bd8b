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
  'ankle boot',
];
const PIXELS = 28 * 28;

export interface Garment {
  readonly id: string;
  readonly vector: readonly number[];
  readonly metadata: { readonly kind: string };
}

/** Pictures of Fashion-MNIST, so many of each kind: 784 grey values, with ids such as `bag 7`. */
export function readClothes(ofEach: number): Garment[] {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('fashion-mnist/package.json')),
    'src',
    'clothes',
  );
  return KINDS.flatMap((kind, label) => {
    const { data } = JSON.parse(readFileSync(join(folder, `${label}.json`), 'utf8')) as { data: number[][] };
    const pictures = data.filter((picture) => picture.length === PIXELS).slice(0, ofEach);
    return pictures.map((vector, i) => ({ id: `${kind} ${i}`, vector, metadata: { kind } }));
  });
}
