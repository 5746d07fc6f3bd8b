import type { Command } from 'commander';
import { VecinoError } from '../../base/errors.ts';
import { openForWriting } from '../folder.ts';
import { forgetImports } from '../import/journal.ts';
import { Output, type OutputFlags } from '../output.ts';
import { counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface DropFlags extends OutputFlags {
  readonly yes?: boolean;
}

export function addDrop(program: Command): void {
  const command = defineCommand(
    program,
    'drop <folder> <collection>',
    'Remove a collection with all its records.',
    ['vecino drop ./library books --yes'],
  );
  command.option('--yes', 'Really: there is no way back.');
  command.action(drop);
}

async function drop(folder: string, collectionName: string, flags: DropFlags): Promise<void> {
  const output = new Output(flags);
  await using db = await openForWriting(folder, output, { create: false });
  const collection = await db.openCollection(collectionName);
  const records = await collection.count();
  if (flags.yes !== true) {
    throw new VecinoError(
      'OPTION_INVALID',
      `collection "${collectionName}" has ${counted(records, 'record')}, which drop removes for good; give --yes to do it`,
      { details: { collection: collectionName, records, expected: '--yes' } },
    );
  }
  await db.dropCollection(collectionName);
  await forgetImports(folder, collectionName);
  if (output.json) await output.document({ collection: collectionName, records });
  else await output.lines([`dropped "${collectionName}" with ${counted(records, 'record')}`]);
}
