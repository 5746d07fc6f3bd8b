import type { Command } from 'commander';
import { ANOMALIES_QUERY_OPTIONS, type AnomaliesQuery, type Anomaly } from '../../api/anomaly.ts';
import { type AnalysisFlags, analyse } from '../analysis.ts';
import { filterFlag, flagsOf, includeFlag, optionsFrom } from '../flags.ts';
import { namespaceFlag } from '../namespace.ts';
import type { Output } from '../output.ts';
import { entryLines } from '../text/entry-lines.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

export function addAnomalies(program: Command): void {
  const command = defineCommand(
    program,
    'anomalies <folder> <collection>',
    'Find the most unusual records, judged by their nearest neighbours.',
    ['vecino anomalies ./library books', 'vecino anomalies ./library books --min-score 0.99 --json'],
  );
  command.addOption(fieldFlag());
  command.addOption(filterFlag());
  command.addOption(includeFlag());
  command.addOption(namespaceFlag());
  for (const option of flagsOf(ANOMALIES_QUERY_OPTIONS)) command.addOption(option);
  command.action(anomalies);
}

async function anomalies(folder: string, collectionName: string, flags: AnalysisFlags): Promise<void> {
  const query = optionsFrom<AnomaliesQuery>(ANOMALIES_QUERY_OPTIONS, flags);
  const { answer, output } = await analyse(folder, collectionName, flags, (records, watched) =>
    records.anomalies({ ...query, ...watched }),
  );
  if (output.json) await output.document({ anomalies: answer });
  else await print(answer, output);
}

/** The score, the local outlier factor and the distance, then the record. */
async function print(found: readonly Anomaly[], output: Output): Promise<void> {
  const leads = found.map(
    ({ score, outlierFactor, distance }) =>
      `${score.toFixed(4)}  ${outlierFactor.toFixed(2).padStart(6)}  ${distance.toPrecision(4).padStart(9)}  `,
  );
  await output.lines(entryLines(found, leads, { width: output.width, dim: (part) => output.dim(part) }));
  if (found.length === 0) output.note('no record is so unusual');
}
