import type { Command } from 'commander';
import type { ChangesQuery } from '../../api/changes.ts';
import { CHANGES_OPTIONS } from '../../api/changes.ts';
import { VecinoError } from '../../base/errors.ts';
import { jsonText } from '../../base/json-text.ts';
import { flagsOf, includeFlag, optionsFrom } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { Interrupt } from '../interrupt.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

type ChangesFlags = OutputFlags & NamespaceFlags & ChangesQuery;

export function addChanges(program: Command): void {
  const command = defineCommand(
    program,
    'changes <folder> <collection>',
    'Tell which records were put or removed, in the order of the changes: one JSON object a line.',
    [
      'vecino changes ./library books',
      'vecino changes ./library books --since 1234 --include metadata',
      'vecino changes ./library books --since 1234 --follow | while read line; do …; done',
    ],
  );
  for (const flag of flagsOf(CHANGES_OPTIONS)) command.addOption(flag);
  command.addOption(includeFlag());
  command.addOption(namespaceFlag());
  command.action(changes);
}

/** Runs beside the process that writes, and follows it until it is interrupted. */
async function changes(folder: string, collectionName: string, flags: ChangesFlags): Promise<void> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => undefined);
  await using db = await openForReading(folder, output);
  const collection = recordsOf(await db.openCollection(collectionName), flags.namespace);
  const query: ChangesQuery = {
    ...optionsFrom<ChangesQuery>(CHANGES_OPTIONS, flags),
    signal: interrupt.signal,
  };
  let last = query.since ?? CHANGES_OPTIONS.since.default;
  let told = 0;
  try {
    for await (const change of collection.changes(query)) {
      await output.write(`${jsonText(change)}\n`);
      last = change.seq;
      told += 1;
    }
  } catch (error) {
    // To interrupt it is how following ends.
    if (!(interrupt.signal.aborted && error instanceof VecinoError && error.code === 'CANCELLED'))
      throw error;
  }
  output.note(`${counted(told, 'change')}; go on with --since ${last}`);
}
