import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FIELDS, type Name, openNamed, stateAfter, vectorsOf } from './named-library.ts';

const ROUNDS = 4;
/** Batches after which a child is killed, at most. */
const BATCHES_MAX = 25;

/** Lets a child write until it has done so many batches, kills it in the midst of the next, and answers the last one done. */
async function liveAndDie(folder: string, done: number, batches: number): Promise<number> {
  const script = fileURLToPath(new URL('./named-writer.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder, String(done + 1)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let last = done;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Math.max(last, Number(line));
    if (last - done >= batches) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return last;
}

/** The number of batches that are there: those that were acknowledged, and perhaps the one that was under way. */
async function verify(folder: string, acknowledged: number): Promise<number> {
  await using db = await open(folder, { onWarning: () => undefined });
  const shelf = await openNamed(db);
  const { records } = await shelf.list({ limit: 10_000, include: ['vectors', 'metadata'] });
  const stored = new Map(records.map(({ id, metadata, vectors }) => [id, [metadata?.batch, vectors]]));
  const expected = (batches: number) =>
    new Map(Array.from(stateAfter(batches), ([id, [number, one]]) => [id, [number, vectorsOf(number, one)]]));
  const isAhead = records.some(({ metadata }) => (metadata?.batch ?? 0) > acknowledged);
  const batches = isAhead || stored.size !== expected(acknowledged).size ? acknowledged + 1 : acknowledged;
  expect(stored).toEqual(expected(batches));
  expect((await shelf.check()).problems).toEqual([]);
  for (const field of Object.keys(FIELDS) as Name[]) {
    const own = [...stateAfter(batches)].filter(([, [, one]]) => one.names.includes(field));
    const hits = await shelf.search({
      vector: new Float32Array(FIELDS[field].dimension).fill(1),
      field,
      k: 1_000,
      include: [],
    });
    expect(hits.map(({ id }) => id).sort()).toEqual(own.map(([id]) => id).sort());
  }
  return batches;
}

it('named vectors keep every acknowledged batch wholly when the writer is killed', {
  timeout: 240_000,
}, async () => {
  const folder = temporaryFolder();
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = seededRandom(seed);
  let done = 0;
  for (let round = 0; round < ROUNDS; round++) {
    done = await liveAndDie(folder, done, 1 + Math.floor(random() * BATCHES_MAX));
    try {
      done = await verify(folder, done);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}`, { cause: error });
    }
  }
  expect(done).toBeGreaterThanOrEqual(ROUNDS);
});
