import type { Command } from 'commander';
import { openForWriting } from '../folder.ts';
import { Output, type OutputFlags } from '../output.ts';
import { bytes, counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface Compaction {
  readonly collection: string;
  /** Places of removed records that were reclaimed. */
  readonly reclaimed: number;
  readonly snapshotBytes: number;
}

export function addCompact(program: Command): void {
  const command = defineCommand(
    program,
    'compact <folder> [collection]',
    'Reclaim the places of removed records in the index and write its snapshot.',
    ['vecino compact ./library', 'vecino compact ./library books'],
  );
  command.action(compact);
}

async function compact(
  folder: string,
  collectionName: string | undefined,
  flags: OutputFlags,
): Promise<void> {
  const output = new Output(flags);
  await using db = await openForWriting(folder, output, { create: false });
  const names =
    collectionName === undefined ? (await db.listCollections()).map(({ name }) => name) : [collectionName];
  const collections: Compaction[] = [];
  for (const name of names) {
    const collection = await db.openCollection(name);
    const before = await collection.stats();
    await collection.compact();
    const after = await collection.stats();
    const reclaimed = before.index.slots - after.index.slots;
    collections.push({ collection: name, reclaimed, snapshotBytes: after.disk.snapshotBytes });
  }
  if (output.json) await output.document({ collections });
  else await output.lines(collections.map(compactionLine));
}

function compactionLine({ collection, reclaimed, snapshotBytes }: Compaction): string {
  return `${collection}: ${counted(reclaimed, 'place')} reclaimed, snapshot of ${bytes(snapshotBytes)}`;
}
