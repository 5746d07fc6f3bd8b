import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A drawing of OpenMoji (CC BY-SA 4.0), of the npm package `@iconify-json/openmoji`. */
export interface Emoji {
  readonly name: string;
  readonly kind: string;
  readonly svg: Buffer;
}

/** Without people, of whom there are 2,430 that differ in the colour of their skin, and the set's own extras. */
const KINDS: readonly string[] = [
  'Activities',
  'Animals Nature',
  'Flags',
  'Food Drink',
  'Objects',
  'Smileys Emotion',
  'Symbols',
  'Travel Places',
];

interface IconSet {
  readonly icons: Readonly<Record<string, { readonly body: string }>>;
  readonly width: number;
  readonly height: number;
}

/** Drawings of eight kinds, up to a number of each, spread over all that there are. */
export function readEmoji(ofEach: number): Emoji[] {
  const { icons, width, height } = read('icons.json') as IconSet;
  const { categories } = read('metadata.json') as { categories: Readonly<Record<string, readonly string[]>> };
  return KINDS.flatMap((kind) =>
    spread(categories[kind] ?? [], ofEach).map((name) => {
      const body = icons[name]?.body ?? '';
      const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">`;
      return { name, kind, svg: Buffer.from(`${head}${body}</svg>`) };
    }),
  );
}

function spread<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)] as T);
}

function read(file: string): unknown {
  return JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve(`@iconify-json/openmoji/${file}`)), 'utf8'),
  );
}
