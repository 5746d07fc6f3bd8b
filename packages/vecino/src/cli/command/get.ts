import type { Command } from 'commander';
import type { Part } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { includeFlag } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { oneLine } from '../text/display-width.ts';
import { wholeEntryLines } from '../text/entry-lines.ts';
import { counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface GetFlags extends OutputFlags, NamespaceFlags {
  readonly include?: readonly Part[];
}

export function addGet(program: Command): void {
  const command = defineCommand(program, 'get <folder> <collection> <id...>', 'Print stored records.', [
    'vecino get ./library books hp1',
    'vecino get ./library books hp1 hp2 --include vector,metadata --json',
  ]);
  command.addOption(includeFlag());
  command.addOption(namespaceFlag());
  command.action(get);
}

/** Prints what is there, and fails where something is not. */
async function get(
  folder: string,
  collectionName: string,
  ids: readonly string[],
  flags: GetFlags,
): Promise<void> {
  const output = new Output(flags);
  await using db = await openForReading(folder, output);
  const collection = await db.openCollection(collectionName);
  const records = await recordsOf(collection, flags.namespace).get(ids, flags.include);
  const found = records.filter((record) => record !== undefined);
  if (output.json) await output.document({ records: records.map((record) => record ?? null) });
  else
    await output.lines(
      found.flatMap((record) => wholeEntryLines(record, { dim: (text) => output.dim(text) })),
    );
  if (found.length === ids.length) return;
  ids
    .filter((_, i) => records[i] === undefined)
    .forEach((id) => void output.note(`not found: ${oneLine(id)}`));
  const missing = ids.length - found.length;
  throw new VecinoError(
    'RECORD_NOT_FOUND',
    `collection "${collectionName}": ${counted(missing, 'record')} of ${ids.length} not found`,
    { details: { collection: collectionName, expected: ids.length, received: found.length } },
  );
}
