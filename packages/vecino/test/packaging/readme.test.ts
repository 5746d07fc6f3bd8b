/** The code of the README runs as it stands there, on the built packages. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [first = '', second = '', third = ''] = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code]) => code ?? '',
);

function run(code: string): string {
  const here = code.replaceAll("'./library'", JSON.stringify(join(temporaryFolder(), 'library')));
  return execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', here], {
    cwd: root,
    encoding: 'utf8',
  });
}

it('begins with running code within 30 lines', () => {
  expect(readme.split('\n').slice(0, 30).join('\n')).toContain(first);
});

it('finds by meaning what the first example asks for', { timeout: 60_000 }, () => {
  const [nearest, other] = run(first).trim().split('\n');
  expect(nearest).toMatch(/^0\.\d+ hp1 A boy learns/);
  // The filter leaves out the book of 1954.
  expect(other).toMatch(/^0\.\d+ dune /);
});

it('does what the second example says', { timeout: 60_000 }, () => {
  const prelude = `
    import { open } from 'vecino';
    await using db = await open('./library');
    const vector = Array.from({ length: 512 }, (_, i) => Math.sin(i));
  `;
  const epilogue = `
    console.log(JSON.stringify([similar.length, similar.explain.matches, (await photos.get('a')).metadata]));
  `;
  // The one record matches, and is left out because it is the one that was asked with.
  expect(JSON.parse(run(prelude + second + epilogue))).toEqual([
    0,
    1,
    { tags: ['sea', 'boat'], taken: { year: 2024 } },
  ]);
});

it('asks what the third example asks', { timeout: 60_000 }, () => {
  const prelude = `
    import { open } from 'vecino';
    import { minilm } from '@vecino/minilm';
    await using db = await open('./library');
  `;
  const epilogue = `
    console.log(JSON.stringify({
      hybrid: hybrid[0].id,
      rooms: hybrid.facets.room.values,
      liked: liked.map(({ id }) => id),
      groups: perRoom.groups.map(({ value }) => value),
      varied: varied.length,
      pairs,
      tenant: await acme.count(),
    }));
  `;
  expect(JSON.parse(run(prelude + third + epilogue))).toEqual({
    hybrid: 'a',
    rooms: [
      { value: 'north', count: 2 },
      { value: 'south', count: 1 },
    ],
    liked: ['c'],
    groups: ['north', 'south'],
    varied: 3,
    pairs: [],
    tenant: 0,
  });
});
