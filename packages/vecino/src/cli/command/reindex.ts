import type { Command } from 'commander';
import type { CollectionDescription } from '../../api/collection.ts';
import { OPEN_OPTIONS } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { flagsOf, optionsFrom } from '../flags.ts';
import { openForWriting } from '../folder.ts';
import { indexFlags, indexFrom } from '../index-flags.ts';
import { Interrupt } from '../interrupt.ts';
import { Output, type OutputFlags } from '../output.ts';
import { Stages } from '../stages.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface ReindexFlags extends OutputFlags {
  readonly family?: string;
  readonly field?: string;
}

const THREADS = { threads: OPEN_OPTIONS.threads };

export function addReindex(program: Command): void {
  const command = defineCommand(
    program,
    'reindex <folder> <collection>',
    'Give a collection another index. The old one stays where this is interrupted.',
    [
      'vecino reindex ./library books --family hnsw --m 24 --ef-construction 300',
      'vecino reindex ./library books --family auto --recall 0.98',
    ],
  );
  for (const option of indexFlags('family', 'The family of the index, or auto.')) command.addOption(option);
  command.addOption(fieldFlag());
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.action(reindex);
}

async function reindex(folder: string, collectionName: string, flags: ReindexFlags): Promise<void> {
  const output = new Output(flags);
  const index = indexFrom(flags.family, flags);
  if (index === undefined) {
    throw new VecinoError('OPTION_INVALID', 'reindex needs --family, or options of one; see --help', {
      details: { option: '--family', expected: 'a family', received: 'undefined' },
    });
  }
  using interrupt = new Interrupt(() => output.note('the old index stays; Ctrl-C again ends at once'));
  await using db = await openForWriting(folder, output, { create: false, ...optionsFrom(THREADS, flags) });
  const collection = await db.openCollection(collectionName);
  using stages = new Stages(output);
  const changed = await collection.reindex(index, {
    ...(flags.field !== undefined && { field: flags.field }),
    signal: interrupt.signal,
    onProgress: (progress) => stages.show(progress),
  });
  await collection.flush();
  const description = await collection.describe();
  if (output.json) await output.document({ changed, ...description });
  else await output.lines([summaryOf(description, flags.field, changed)]);
}

function summaryOf(
  { name, vectors, ...whole }: CollectionDescription,
  field: string | undefined,
  changed: boolean,
): string {
  const what = changed ? 'is served by' : 'has that index already:';
  const { serving } = (field !== undefined && vectors?.[field]) || whole;
  return `collection "${name}"${field === undefined ? '' : `, field "${field}",`} ${what} ${serving.options.family} (${serving.reason})`;
}
