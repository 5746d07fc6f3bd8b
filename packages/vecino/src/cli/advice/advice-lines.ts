import type {
  Advice,
  AdviceConfiguration,
  AdviceVerification,
  Estimate,
  Verified,
} from '../../api/advice.ts';
import { type Column, pairLines, tableLines } from '../text/table.ts';
import { bytes, count, counted, duration } from '../text/units.ts';

/** How lines are shown. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
}

/** The advice as a terminal shows it: the data, the table, what is recommended and what would change that. */
export function adviceLines(advice: Advice, style: Style): string[] {
  const { wanted, recommendation, runnerUp, wouldChange, warnings, configurations } = advice;
  const sorted = configurations.toSorted(
    (a, b) => (b.forecast?.qps.value ?? 0) - (a.forecast?.qps.value ?? 0),
  );
  const bold = (text: string) => style.bold(text);
  const dim = (text: string) => style.dim(text);
  return [
    ...pairLines(dataPairs(advice), dim),
    '',
    ...tableLines(columnsFor(advice), sorted, bold),
    dim(
      `at recall@${wanted.k} ${wanted.recall}, foretold for ${counted(advice.fullRecords, 'record')} (95 % within the range behind each speed)`,
    ),
    '',
    ...warnings.map(({ message }) => `warning: ${message}`),
    ...(warnings.length > 0 ? [''] : []),
    `${bold(`take ${recommendation.name}`)}  ${JSON.stringify(recommendation.index)}`,
    recommendation.reason,
    `Recall of queries that were not asked here: ${recallText(recommendation.recall)}.`,
    ...(runnerUp ? [`Next: ${runnerUp.reason}`] : []),
    ...wouldChange.map((sentence) => `- ${sentence}`),
  ];
}

/** What an earlier forecast was worth. */
export function verificationLines(
  { name, records, qps, p99Ms, memoryBytes, diskBytes, recall }: AdviceVerification,
  style: Style,
): string[] {
  const line = ({ forecast, measured, ratio }: Verified, text: (value: number) => string) =>
    `${text(forecast)} foretold, ${text(measured)} measured (${ratio.toFixed(2)} times)`;
  return [
    style.bold(`${name} with all ${counted(records, 'record')}`),
    ...pairLines(
      [
        ['searches a second', line(qps, count)],
        ['99 in 100 within', line(p99Ms, (ms) => `${ms.toPrecision(2)} ms`)],
        ['memory', line(memoryBytes, bytes)],
        ...(diskBytes ? [['disk', line(diskBytes, bytes)] as const] : []),
        [
          'recall',
          `${recall.forecast.toFixed(3)} foretold, ${recall.measured.toFixed(3)} measured (${recall.low.toFixed(3)} to ${recall.high.toFixed(3)})`,
        ],
      ],
      (text) => style.dim(text),
    ),
  ];
}

function dataPairs({
  subject,
  records,
  dimension,
  metric,
  queries,
  data,
  threads,
  seconds,
}: Advice): [string, string][] {
  const asked = { given: 'given', recorded: 'recorded', 'held-out': 'records, held out' }[queries.source];
  const directions = data.intrinsicDimension;
  return [
    ['vectors', `${subject}: ${count(records)} of ${dimension} dimensions, ${metric}`],
    ['queries', `${count(queries.count)} ${asked}`],
    [
      'character',
      `intrinsic dimension ${directions === undefined ? 'unknown' : directions.toFixed(0)}, hubness ${data.hubness.toFixed(1)}, ${(100 * data.duplicates).toFixed(1)} % duplicates`,
    ],
    ['measured', `in ${duration(seconds * 1_000)}, built on ${counted(threads, 'thread')}`],
  ];
}

function columnsFor({ recommendation }: Advice): readonly Column<AdviceConfiguration>[] {
  const foretold =
    (text: (forecast: NonNullable<AdviceConfiguration['forecast']>) => string) =>
    ({ forecast }: AdviceConfiguration) =>
      forecast ? text(forecast) : '';
  return [
    { title: '', cell: ({ name }) => (name === recommendation.name ? '*' : '') },
    { title: 'index', cell: ({ name }) => name },
    { title: 'searches/s', align: 'right', cell: foretold(({ qps }) => rough(qps.value)) },
    { title: 'range', cell: foretold(({ qps }) => `${rough(qps.low)}-${rough(qps.high)}`) },
    { title: 'p99 ms', align: 'right', cell: foretold(({ p99Ms }) => p99Ms.value.toPrecision(2)) },
    { title: 'memory', align: 'right', cell: foretold(({ memoryBytes }) => bytes(memoryBytes.value)) },
    { title: 'disk', align: 'right', cell: foretold(({ diskBytes }) => bytes(diskBytes.value)) },
    {
      title: 'build',
      align: 'right',
      cell: foretold(({ buildSeconds }) => duration(buildSeconds.value * 1_000)),
    },
    {
      title: 'seen with',
      cell: ({ samples }) => samples.map((sample) => count(sample.records)).join(', '),
    },
    { title: 'note', cell: noteOf },
  ];
}

/** Why it is not the one; of what was not built, why not. */
function noteOf({ samples, misses, dropped }: AdviceConfiguration): string {
  const [missed] = misses;
  return (samples.length === 0 ? (dropped ?? missed) : (missed ?? dropped)) ?? '';
}

/** Two digits: forecasts have no more. */
function rough(value: number): string {
  return count(Number(value.toPrecision(2)));
}

function recallText({ value, low, high }: Estimate): string {
  if (low === high) return value.toFixed(3);
  return `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}
