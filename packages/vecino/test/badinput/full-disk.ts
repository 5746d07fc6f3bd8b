/**
 * Lives through a full disk: `full-disk.ts <folder on a small file system>`. What happened goes to the parent as
 * one line of JSON; the parent judges.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from '../../src/api/collection.ts';
import type { Warning } from '../../src/api/database.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open, VecinoError } from '../../src/index.ts';

const DIMENSION = 64;
const BATCH = 200;
/** Records of another collection. */
const OTHER = 5 * BATCH;
const REMOVED = 500;

/** How a call was refused; null where it was not. */
export type Outcome = { readonly code: string; readonly message: string; readonly retryable: boolean } | null;

/** What the collection holds beside what it should. */
export interface State {
  readonly acknowledged: number;
  readonly counted: number;
  readonly listed: number;
  readonly found: number;
  readonly problems: readonly string[];
}

export interface Story {
  readonly calls: Readonly<Record<string, Outcome>>;
  readonly states: Readonly<Record<string, State>>;
  readonly warnings: readonly string[];
}

const [mount = ''] = process.argv.slice(2);
const library = join(mount, 'library');
const ballast = join(mount, 'ballast');
const random = seededRandom(1);
const warnings: string[] = [];
const onWarning = ({ code }: Warning) => void warnings.push(code);
let acknowledged = 0;

function batch(from = acknowledged) {
  return Array.from({ length: BATCH }, (_, i) => ({
    id: `r${from + i}`,
    vector: Float32Array.from({ length: DIMENSION }, () => random() - 0.5),
    metadata: { ordinal: from + i },
  }));
}

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    await call;
    return null;
  } catch (error) {
    if (!(error instanceof VecinoError)) throw error;
    return { code: error.code, message: error.message, retryable: error.retryable };
  }
}

/** Writes until a batch is refused; answers how. */
async function fill(collection: Collection): Promise<Outcome> {
  for (let batches = 0; batches < 200; batches++) {
    const refused = await outcomeOf(collection.add(batch()));
    if (refused) return refused;
    acknowledged += BATCH;
  }
  return null;
}

/** Fills the corner that was too small for a batch. */
function takeTheRest(): void {
  try {
    for (;;) appendFileSync(ballast, Buffer.alloc(4_096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

async function stateOf(collection: Collection, expected = acknowledged): Promise<State> {
  const listed = await collection.list({ limit: 10_000, include: [] });
  const query = Float32Array.from({ length: DIMENSION }, () => random() - 0.5);
  return {
    acknowledged: expected,
    counted: await collection.count(),
    listed: listed.records.length,
    found: (await collection.search({ vector: query, k: 10_000, filter: { ordinal: { $gte: 0 } } })).length,
    problems: (await collection.check()).problems,
  };
}

const states: Record<string, State> = {};
const calls: Record<string, Outcome> = {};

writeFileSync(ballast, Buffer.alloc(2 << 20));
let database = await open(library, { onWarning });
let collection = await database.createCollection('c', { dimension: DIMENSION });
const other = await database.createCollection('other', { dimension: DIMENSION });
// More than what is left when a batch is refused, so that dropping it is refused, too.
for (let from = 0; from < OTHER; from += BATCH) await other.add(batch(from));
calls['add until full'] = await fill(collection);
takeTheRest();
states['full'] = await stateOf(collection);
calls['upsert while full'] = await outcomeOf(collection.upsert(batch()));
calls['drop while full'] = await outcomeOf(database.dropCollection('other'));
states['not dropped'] = await stateOf(other, OTHER);
calls['compact while full'] = await outcomeOf(collection.compact());
states['still full'] = await stateOf(collection);

rmSync(ballast);
calls['add to what was not dropped'] = await outcomeOf(other.add(batch(OTHER)));
calls['add after space was made'] = await outcomeOf(collection.add(batch()));
acknowledged += BATCH;
states['with space again'] = await stateOf(collection);

calls['add until full again'] = await fill(collection);
calls['close while full'] = await outcomeOf(database.close());
const reading = await open(library, { readOnly: true, onWarning });
states['read while full'] = await stateOf(await reading.openCollection('c'));
await reading.close();

spawnSync('mount', ['-o', 'remount,size=24m', mount]);
database = await open(library, { onWarning });
collection = await database.openCollection('c');
states['on a larger disk'] = await stateOf(collection);
calls['remove'] = await outcomeOf(collection.remove({ filter: { ordinal: { $lt: REMOVED } } }));
acknowledged -= REMOVED;
calls['compact'] = await outcomeOf(collection.compact());
calls['drop'] = await outcomeOf(database.dropCollection('other'));
states['compacted'] = await stateOf(collection);
await database.close();

const story: Story = { calls, states, warnings };
process.stdout.write(`${JSON.stringify(story)}\n`);
