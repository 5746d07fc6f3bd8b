/**
 * Kills a writing process at random moments, again and again on the same folder, and compares what is left with
 * what was acknowledged.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import {
  apply,
  documentOf,
  type Effect,
  type Library,
  type Line,
  metadataOf,
  openLibrary,
  vectorOf,
} from './library.ts';

/** What the child was doing when it died. */
export type Moment = 'opening' | 'writing' | 'compacting' | 'reindexing' | 'between';

export interface RoundReport {
  readonly round: number;
  readonly moment: Moment;
  /** Writes acknowledged before the kill. */
  readonly acknowledged: number;
  readonly records: number;
}

interface Life {
  readonly moment: Moment;
  readonly acknowledged: number;
  /** The write that was under way, if any. */
  readonly inFlight: Effect | undefined;
}

/** Longest life of a child after it has opened the folder, and of one that is killed while it opens. */
const LIFE_MS = 250;
const OPENING_MS = 350;

/** Runs the rounds; throws with the seed where anything acknowledged is missing or anything is half there. */
export async function crashRounds(
  folder: string,
  rounds: number,
  seed: number,
  report: (round: RoundReport) => void = () => {},
): Promise<Map<Moment, number>> {
  const random = seededRandom(seed);
  const library: Library = new Map();
  const moments = new Map<Moment, number>();
  for (let round = 1; round <= rounds; round++) {
    const life = await liveAndDie(folder, Math.floor(random() * 2 ** 31), random, library);
    moments.set(life.moment, (moments.get(life.moment) ?? 0) + 1);
    try {
      // Half of the time as a reader, which leaves the snapshot as old as the crash has left it.
      await verify(folder, library, life.inFlight, library.size > 0 && random() < 0.5);
    } catch (error) {
      throw new Error(`crash test, seed ${seed}, round ${round}, killed while ${life.moment}`, {
        cause: error,
      });
    }
    report({ round, moment: life.moment, acknowledged: life.acknowledged, records: library.size });
  }
  return moments;
}

/** Starts a writer, follows what it says, kills it. Acknowledged writes are applied to the library. */
async function liveAndDie(
  folder: string,
  seed: number,
  random: () => number,
  library: Library,
): Promise<Life> {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder, String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints += data.toString();
  });
  const kill = () => child.kill('SIGKILL');
  const whileOpening = random() < 0.2;
  let timer = whileOpening ? setTimeout(kill, random() * OPENING_MS) : undefined;
  let moment: Moment = 'opening';
  let inFlight: Effect | undefined;
  let acknowledged = 0;
  let isReindexing = false;
  const exited = once(child, 'exit');
  for await (const text of createInterface({ input: child.stdout })) {
    const line = parse(text);
    // The pipe may end in the middle of a line: that was not said.
    if (!line) break;
    switch (line.say) {
      case 'opened':
        if (line.records !== library.size)
          throw new Error(`the child saw ${line.records} of ${library.size} records`);
        timer ??= setTimeout(kill, random() * LIFE_MS);
        moment = 'between';
        break;
      case 'begin':
        inFlight = line.effect;
        moment = 'writing';
        break;
      case 'done':
        if (inFlight) apply(library, inFlight);
        inFlight = undefined;
        acknowledged += 1;
        moment = 'between';
        break;
      case 'compacting':
      case 'compacted':
        moment = line.say === 'compacting' ? 'compacting' : 'between';
        break;
      case 'reindexing':
      case 'reindexed':
        isReindexing = line.say === 'reindexing';
    }
  }
  const [code, signal] = await exited;
  clearTimeout(timer);
  if (signal !== 'SIGKILL')
    throw new Error(`the child ended by itself (code ${code}, seed ${seed}): ${complaints}`);
  // It goes on beside the writes, so it is told only where nothing else was under way.
  if (isReindexing && moment === 'between') moment = 'reindexing';
  return { moment, acknowledged, inFlight };
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

/** Opens the folder as the next user would, and compares every record; the write in flight may be there or not. */
async function verify(
  folder: string,
  library: Library,
  inFlight: Effect | undefined,
  readOnly: boolean,
): Promise<void> {
  await using db = await open(folder, { readOnly });
  const collection = await openLibrary(db);
  const stored: Library = new Map();
  let cursor: string | undefined;
  do {
    const page = await collection.list({
      limit: 10_000,
      include: ['vector', 'document', 'metadata'],
      ...(cursor && { cursor }),
    });
    for (const { id, vector, document, metadata } of page.records) {
      if (!metadata) throw new Error(`record ${id} has lost its metadata`);
      const versions = { vector: metadata.vector, text: metadata.text };
      stored.set(id, versions);
      equal(metadata, metadataOf(id, versions), `metadata of ${id}`);
      equal(document, documentOf(id, versions.text), `document of ${id}`);
      equal([...(vector ?? [])], [...vectorOf(id, versions.vector)], `vector of ${id}`);
    }
    cursor = page.cursor;
  } while (cursor);

  if (inFlight && !same(stored, library)) apply(library, inFlight);
  equal(sorted(stored), sorted(library), 'records');
  const { problems } = await collection.check();
  equal(problems, [], 'problems that check found');
  await compareSearches(collection, library);
}

/** The nearest record to a stored vector is that record, exactly and by the graph. */
async function compareSearches(
  collection: { search(query: object): Promise<{ id: string; score: number }[]> },
  library: Library,
): Promise<void> {
  let step = 0;
  for (const [id, versions] of library) {
    if (step++ % 97 !== 0) continue;
    const vector = vectorOf(id, versions.vector);
    for (const exact of [true, false]) {
      const [hit] = await collection.search({ vector, k: 1, exact, efSearch: 100 });
      if (hit?.id !== id || Math.abs(hit.score - 1) > 1e-6) {
        throw new Error(`the nearest to ${id} is ${hit?.id} (${hit?.score}), exact: ${exact}`);
      }
    }
  }
}

function sorted(library: Library): unknown[] {
  return [...library].sort(([a], [b]) => (a < b ? -1 : 1));
}

function same(a: Library, b: Library): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function equal(received: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(received), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b?.slice(0, 300)}, received ${a?.slice(0, 300)}`);
}
