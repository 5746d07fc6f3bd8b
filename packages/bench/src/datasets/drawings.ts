/** Drawings of OpenMoji as SVG files, of the npm package `@iconify-json/openmoji`, in a seeded random order. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { seededRandom, shuffledOrdinals } from '../random.ts';

interface IconSet {
  readonly icons: Readonly<Record<string, { readonly body: string }>>;
  readonly width: number;
  readonly height: number;
}

export function drawings(seed: number, count: number): Buffer[] {
  const file = createRequire(import.meta.url).resolve('@iconify-json/openmoji/icons.json');
  const { icons, width, height } = JSON.parse(readFileSync(file, 'utf8')) as IconSet;
  const bodies = Object.values(icons).map(({ body }) => body);
  const order = shuffledOrdinals(bodies.length, seededRandom(seed)).slice(0, count);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">`;
  return Array.from(order, (ordinal) => Buffer.from(`${head}${bodies[ordinal]}</svg>`));
}
