import type { Command } from 'commander';
import { VecinoError } from '../../base/errors.ts';
import { openForWriting } from '../folder.ts';
import { forgetImports } from '../import/journal.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { oneLine } from '../text/display-width.ts';
import { counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface DropFlags extends OutputFlags, NamespaceFlags {
  readonly yes?: boolean;
}

export function addDrop(program: Command): void {
  const command = defineCommand(
    program,
    'drop <folder> <collection>',
    'Remove a collection, or one of its namespaces, with all its records.',
    ['vecino drop ./library books --yes', 'vecino drop ./library books --namespace acme --yes'],
  );
  command.addOption(namespaceFlag('Remove this namespace only.'));
  command.option('--yes', 'Really: there is no way back.');
  command.action(drop);
}

async function drop(folder: string, collectionName: string, flags: DropFlags): Promise<void> {
  const output = new Output(flags);
  await using db = await openForWriting(folder, output, { create: false });
  const collection = await db.openCollection(collectionName);
  const { namespace } = flags;
  const thing =
    namespace === undefined ? `collection "${collectionName}"` : `namespace ${oneLine(namespace)}`;
  const { records } =
    namespace === undefined
      ? await collection.describe()
      : { records: await recordsOf(collection, namespace).count() };
  if (flags.yes !== true) {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing} has ${counted(records, 'record')}, which drop removes for good; give --yes to do it`,
      { details: { collection: collectionName, records, expected: '--yes' } },
    );
  }
  if (namespace === undefined) await db.dropCollection(collectionName);
  else await collection.dropNamespace(namespace);
  await forgetImports(folder, collectionName, namespace);
  if (output.json) await output.document({ collection: collectionName, namespace, records });
  else await output.lines([`dropped ${thing} with ${counted(records, 'record')}`]);
}
