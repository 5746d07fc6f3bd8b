import type { Command } from 'commander';
import { CLUSTERS_OPTIONS, type Cluster, type ClustersQuery } from '../../api/cluster.ts';
import { type AnalysisFlags, analyse } from '../analysis.ts';
import { filterFlag, flagsOf, includeFlag, optionsFrom } from '../flags.ts';
import { namespaceFlag } from '../namespace.ts';
import type { Output } from '../output.ts';
import { entryLines } from '../text/entry-lines.ts';
import { counted } from '../text/units.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

export function addClusters(program: Command): void {
  const command = defineCommand(
    program,
    'clusters <folder> <collection>',
    'Divide the records into clusters, with the records and words that stand for each.',
    ['vecino clusters ./library books --k 10', 'vecino clusters ./library books --k 10 --members --json'],
  );
  command.addOption(fieldFlag());
  command.addOption(filterFlag());
  command.addOption(includeFlag());
  command.addOption(namespaceFlag());
  for (const option of flagsOf(CLUSTERS_OPTIONS)) command.addOption(option);
  command.action(clusters);
}

async function clusters(folder: string, collectionName: string, flags: AnalysisFlags): Promise<void> {
  const query = optionsFrom<ClustersQuery>(CLUSTERS_OPTIONS, flags);
  const { answer, output } = await analyse(folder, collectionName, flags, (records, watched) =>
    records.clusters({ ...query, ...watched }),
  );
  if (output.json) await output.document({ clusters: answer });
  else for (const cluster of answer) await output.lines(linesOf(cluster, output));
}

/** Size and keywords, then the representatives. */
function linesOf({ size, keywords, representatives }: Cluster, output: Output): string[] {
  const words = keywords.map(({ word }) => word).join(', ');
  const leads = representatives.map(({ score }) => `  ${score.toFixed(4)}  `);
  const style = { width: output.width, dim: (part: string) => output.dim(part) };
  return [
    output.bold(`${counted(size, 'record')}${words === '' ? '' : `: ${words}`}`),
    ...entryLines(representatives, leads, style),
  ];
}
