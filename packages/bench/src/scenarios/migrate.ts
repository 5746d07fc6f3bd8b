/**
 * Migration: a collection moves from a folder into PostgreSQL and back into a folder. On each way the migrating process is
 * killed three times, and what arrives in the end is compared with what there was.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'vecino';
import type { MigrationReport } from 'vecino/migrate';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import { build, COLLECTION, createCollection, rowRange, temporaryFolder } from './collections.ts';
import { type DataRequest, loadData } from './data.ts';
import { type EndTask, type MigrateTask, migrateOnce } from './migrate-steps.ts';
import { startPostgres } from './postgres-server.ts';
import { inMortalProcess } from './process/mortal-process.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

export interface MigrateScenarioOptions {
  readonly data: DataRequest;
  /** Records of a write at most. */
  readonly batch: number;
  /** Records that ask for their neighbours on both sides. */
  readonly queries: number;
  /** How often the migrating process is killed on each way. */
  readonly kills: number;
}

const MADE_UP = { dataset: 'synthetic', dimension: 384, queries: 50 } as const;

export const migrate: Scenario<MigrateScenarioOptions> = {
  about:
    'a collection moves into PostgreSQL and back, and the moving process is killed three times on each way',
  sizes: {
    full: [{ data: { ...MADE_UP, prepared: 100_000, rows: 100_000 }, batch: 1_000, queries: 100, kills: 3 }],
    quick: [{ data: { ...MADE_UP, prepared: 5_000, rows: 5_000 }, batch: 500, queries: 50, kills: 3 }],
    tiny: [
      {
        data: { dataset: 'synthetic', prepared: 3_000, rows: 600, queries: 50, dimension: 16 },
        batch: 50,
        queries: 20,
        kills: 1,
      },
    ],
  },
  run: runMigrate,
};

/** In a server of the user's, for this run alone. */
const SCHEMA = `vecino-bench-${process.pid}`;

interface WayRow {
  readonly way: string;
  readonly engine: string;
  readonly records: number;
  readonly dimension: number;
  readonly kills: number;
  /** Of all lives, from the first record to the last. */
  readonly copySeconds: number;
  readonly recordsPerSecond: number;
  readonly verifySeconds: number;
  readonly equal: boolean;
  readonly vectors: string;
  /** Of ids, vectors, documents, metadata and expiries at the target, one behind the other. */
  readonly checksum: string;
  readonly recallSource: number;
  readonly recallTarget: number;
  readonly agreement: number;
}

async function runMigrate(
  { data: request, batch, queries, kills }: MigrateScenarioOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const data = await loadData(request, conditions, progress);
  using place = temporaryFolder(conditions);
  const folders = {
    from: join(place.path, 'from'),
    back: join(place.path, 'back'),
    server: join(place.path, 'server'),
  };
  const texts = data.texts();
  {
    await using made = await createCollection(folders.from, data, conditions);
    await build(made.collection, data, rowRange(0, data.rows), progress, (row) => texts[row] ?? {});
  }
  mkdirSync(folders.server);
  await using server = await startPostgres(folders.server);
  const away: EndTask = {
    location: server.address,
    collection: COLLECTION,
    schema: SCHEMA,
  };
  const home = (location: string): EndTask => ({ location, collection: COLLECTION });
  const common = { batch, queries };
  const about = { engine: server.name, dimension: data.dimension, records: data.rows, kills };
  const rows = [
    await moveKilled(
      'folder → PostgreSQL',
      { ...common, from: home(folders.from), to: away, journal: join(place.path, 'out.json') },
      about,
      progress,
    ),
    await moveKilled(
      'PostgreSQL → folder',
      { ...common, from: away, to: home(folders.back), journal: join(place.path, 'back.json') },
      about,
      progress,
    ),
  ];
  {
    await using database = await open(server.address, { connection: { schema: SCHEMA } });
    await database.dropCollection(COLLECTION);
  }
  const [out, back] = rows;
  return {
    subject: `${data.name}-${server.name.toLowerCase()}`,
    title: `Migration: ${whole(data.rows)} records of ${data.dimension} dimensions, folder → ${server.name} → folder, killed ${kills} times on each way`,
    method:
      'The migrating process kills itself (SIGKILL) each time that it has written an equal part of the records, and is started again. Rates are of copying, HNSW being built at the target meanwhile; verifying reads both sides once more, and lets stored records ask for their ten neighbours on both.',
    rows: rows.map((row) => ({ ...row })),
    tables: [
      tableOf('Both ways', rows, [
        { head: 'way', align: 'l', cell: ({ way }) => way },
        { head: 'records', cell: ({ records }) => whole(records) },
        { head: 'kills', cell: (row) => whole(row.kills) },
        { head: 'copying s', cell: ({ copySeconds }) => rounded(copySeconds) },
        { head: 'records a second', cell: ({ recordsPerSecond }) => whole(recordsPerSecond) },
        { head: 'verifying s', cell: ({ verifySeconds }) => rounded(verifySeconds) },
        { head: 'recall of the source', cell: ({ recallSource }) => recallSource.toFixed(4) },
        { head: 'of the target', cell: ({ recallTarget }) => recallTarget.toFixed(4) },
        { head: 'agreement of the exact', cell: ({ agreement }) => agreement.toFixed(4) },
        { head: 'vectors by', cell: ({ vectors }) => vectors },
      ]),
    ],
    plots: [],
    goals: [
      {
        promise: 'what arrives is what there was, to the bit, on both ways',
        found: `${out?.equal ? 'equal' : 'different'} there, ${back?.equal ? 'equal' : 'different'} back, ${out?.checksum === back?.checksum ? 'the same' : 'another'} checksum`,
        kept: rows.every(({ equal }) => equal) && out?.checksum === back?.checksum,
      },
      {
        promise: `it is killed ${kills} times on each way and goes on each time`,
        found: rows.map((row) => whole(row.kills)).join(' and '),
        kept: rows.every((row) => row.kills === kills),
      },
    ],
  };
}

/** What both ways have in common. */
type About = Pick<WayRow, 'engine' | 'dimension' | 'records' | 'kills'>;

async function moveKilled(
  way: string,
  task: Omit<MigrateTask, 'dieAfter'>,
  about: About,
  progress: Progress,
): Promise<WayRow> {
  const steps = new URL('./migrate-steps.ts', import.meta.url);
  let copyMs = 0;
  for (let kills = 0; ; kills++) {
    const dieAfter =
      kills < about.kills ? Math.ceil(about.records / (about.kills + 1)) : Number.POSITIVE_INFINITY;
    const life = await inMortalProcess(steps, migrateOnce, { ...task, dieAfter });
    const began = life.told.find(({ message }) => message === 'copying')?.atMs;
    const ended = life.told.find(({ message }) => message !== 'copying')?.atMs ?? life.endMs;
    copyMs += began === undefined ? 0 : ended - began;
    progress(`${way}: ${life.result ? 'done' : `killed after ${rounded(copyMs / 1_000)} s of copying`}`);
    if (life.result) return rowOf(way, life.result, { ...about, kills, copySeconds: copyMs / 1_000 });
  }
}

function rowOf(
  way: string,
  { verification }: MigrationReport,
  known: About & Pick<WayRow, 'copySeconds'>,
): WayRow {
  const { ids = '', vectors = '', documents = '', metadata = '', expiries = '' } = verification?.target ?? {};
  const [recall] = verification?.recall ?? [];
  return {
    way,
    ...known,
    recordsPerSecond: known.records / known.copySeconds,
    verifySeconds: verification?.seconds ?? 0,
    equal: verification?.equal ?? false,
    vectors: verification?.vectors ?? '',
    checksum: [ids, vectors, documents, metadata, expiries].join(' '),
    recallSource: recall?.source ?? Number.NaN,
    recallTarget: recall?.target ?? Number.NaN,
    agreement: recall?.agreement ?? Number.NaN,
  };
}
