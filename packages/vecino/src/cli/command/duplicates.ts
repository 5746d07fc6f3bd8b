import type { Command } from 'commander';
import { DUPLICATES_OPTIONS, type Duplicates, type DuplicatesQuery } from '../../api/duplicate.ts';
import { type AnalysisFlags, analyse } from '../analysis.ts';
import { filterFlag, flagsOf, optionsFrom } from '../flags.ts';
import { namespaceFlag } from '../namespace.ts';
import type { Output } from '../output.ts';
import { counted } from '../text/units.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

export function addDuplicates(program: Command): void {
  const command = defineCommand(
    program,
    'duplicates <folder> <collection>',
    'Find records that are nearly the same, in groups.',
    [
      'vecino duplicates ./library books --min-score 0.95',
      'vecino duplicates ./library books --min-score 0.95 --json',
    ],
  );
  command.addOption(fieldFlag());
  command.addOption(filterFlag());
  command.addOption(namespaceFlag());
  for (const option of flagsOf(DUPLICATES_OPTIONS)) command.addOption(option);
  command.action(duplicates);
}

async function duplicates(folder: string, collectionName: string, flags: AnalysisFlags): Promise<void> {
  const query = optionsFrom<DuplicatesQuery>(DUPLICATES_OPTIONS, flags);
  const { answer, output } = await analyse(folder, collectionName, flags, (records, watched) =>
    records.duplicates({ ...query, ...watched }),
  );
  if (output.json) await output.document({ ...answer });
  else await print(answer, output);
}

/** A line a group: its least score, and its ids. */
async function print({ pairs, clusters }: Duplicates, output: Output): Promise<void> {
  await output.lines(clusters.map(({ score, ids }) => `${score.toFixed(4)}  ${ids.join('  ')}`));
  output.note(`${counted(pairs.length, 'pair')} in ${counted(clusters.length, 'group')}`);
}
