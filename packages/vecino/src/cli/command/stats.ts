import type { Command } from 'commander';
import type { Calibration, CollectionStats } from '../../api/collection-stats.ts';
import type { Database } from '../../api/database.ts';
import { openForReading } from '../folder.ts';
import { Output, type OutputFlags } from '../output.ts';
import { type Column, pairLines, tableLines } from '../text/table.ts';
import { bytes, count, counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

/** The figures, and why the index is the one that it is. */
interface Shown extends CollectionStats {
  readonly reason: string;
}

export function addStats(program: Command): void {
  const command = defineCommand(program, 'stats <folder> [collection]', 'What collections hold and cost.', [
    'vecino stats ./library',
    'vecino stats ./library books --json',
  ]);
  command.action(stats);
}

async function stats(folder: string, collectionName: string | undefined, flags: OutputFlags): Promise<void> {
  const output = new Output(flags);
  await using db = await openForReading(folder, output);
  if (collectionName !== undefined) {
    const found = await statsOf(db, collectionName);
    if (output.json) await output.document(found);
    else await output.lines(pairLines(statsPairs(found), (name) => output.dim(name)));
    return;
  }
  const collections: Shown[] = [];
  for (const { name } of await db.listCollections()) collections.push(await statsOf(db, name));
  if (output.json) await output.document({ collections });
  else await output.lines(tableLines(COLUMNS, collections, (text) => output.bold(text)));
}

async function statsOf(db: Database, name: string): Promise<Shown> {
  const collection = await db.openCollection(name);
  const { serving } = await collection.describe();
  return { ...(await collection.stats()), reason: serving.reason };
}

const COLUMNS: readonly Column<CollectionStats>[] = [
  { title: 'collection', cell: ({ name }) => name },
  { title: 'records', align: 'right', cell: ({ records }) => count(records) },
  { title: 'index', cell: ({ index }) => index.family },
  { title: 'linked', align: 'right', cell: ({ index }) => count(index.linked) },
  { title: 'pending', align: 'right', cell: ({ index }) => count(index.pending) },
  { title: 'removed', align: 'right', cell: ({ index }) => count(index.removed) },
  { title: 'vectors', align: 'right', cell: ({ memory }) => bytes(memory.vectorBytes) },
  { title: 'index size', align: 'right', cell: ({ memory }) => bytes(memory.indexBytes) },
  { title: 'snapshot', align: 'right', cell: ({ disk }) => bytes(disk.snapshotBytes) },
];

function statsPairs({
  name,
  records,
  seq,
  index,
  memory,
  disk,
  embedding,
  reason,
  vectors = {},
}: Shown): [string, string][] {
  return [
    ['collection', name],
    ['records', count(records)],
    ['latest change', count(seq)],
    ['index', index.family],
    ['  chosen', reason],
    ['  linked', count(index.linked)],
    ['  pending', count(index.pending)],
    ['  removed', count(index.removed)],
    ['  slots', count(index.slots)],
    ...calibrationPairs(index.calibration),
    ['memory', bytes(memory.vectorBytes + memory.indexBytes + memory.reindexBytes + memory.filterBytes)],
    ['  vectors', bytes(memory.vectorBytes)],
    ['  index', bytes(memory.indexBytes)],
    ...(memory.reindexBytes > 0
      ? [['  reindexing', bytes(memory.reindexBytes)] satisfies [string, string]]
      : []),
    ['  filters', bytes(memory.filterBytes)],
    ...Object.entries(vectors).map(([field, one]): [string, string] => [
      `  ${field}`,
      `${counted(one.records, 'record')}, ${one.index.family}, ${bytes(one.memory.vectorBytes + one.memory.indexBytes)}`,
    ]),
    ['disk', ''],
    ['  index snapshot', bytes(disk.snapshotBytes)],
    ['  store, all collections', bytes(disk.storeBytes)],
    ['  kept embeddings, all collections', `${count(embedding.kept)}, ${bytes(embedding.keptBytes)}`],
  ];
}

/** The efforts that were measured, with the recall of each. */
function calibrationPairs(calibration: Calibration | undefined): [string, string][] {
  if (!calibration) return [];
  const { at, records, curves } = calibration;
  const lines = curves.map(({ k, points }): [string, string] => {
    const recalls = points.map(({ effort, recall }) => `${effort}: ${recall.toFixed(3)}`);
    return [`  recall@${k}`, recalls.join(', ')];
  });
  return [['  calibrated', `${at}, ${counted(records, 'record')}`], ...lines];
}
