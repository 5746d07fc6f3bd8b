import type {
  ContentChecksum,
  MigrationDifference,
  MigrationEndDescription,
  MigrationPlan,
  MigrationRecall,
  MigrationReport,
  MigrationVerification,
} from '../../api/migration.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../text/display-width.ts';
import { tableLines } from '../text/table.ts';
import { count, counted, duration } from '../text/units.ts';

/** What will be done, and what stays behind. */
export function planLines({ from, to, records, creates, resumesAfter, losses }: MigrationPlan): string[] {
  const how = creates ? 'to be made' : 'there already';
  const what = records === undefined ? 'all records' : counted(records, 'record');
  return [
    `from ${nameOf(from)} (${from.engine}): ${what}`,
    `to   ${nameOf(to)} (${to.engine}), ${how}`,
    ...(resumesAfter > 0 ? [`goes on after ${counted(resumesAfter, 'record')}`] : []),
    ...losses.map(({ what: lost, because }) => `stays behind: ${lost}: ${because}`),
  ];
}

export function copyLines({
  written,
  removed,
  seconds,
  recordsPerSecond,
  retried,
}: MigrationReport): string[] {
  const more = [
    ...(removed > 0 ? [`${counted(removed, 'record')} removed`] : []),
    ...(retried > 0 ? [`${counted(retried, 'call')} tried again`] : []),
  ];
  const rate = `${duration(seconds * 1_000)}, ${count(recordsPerSecond)}/s`;
  return [[`${counted(written, 'record')} written (${rate})`, ...more].join(', ')];
}

/** Both sides beside each other. */
export function verificationLines(verification: MigrationVerification, output: Output): string[] {
  const { source, target, equal, differing, differences, recall } = verification;
  const rows: Row[] = [
    { name: 'records', source: count(source.records), target: target && count(target.records) },
    ...SUMS.map((part) => ({ name: part, source: source[part], target: target?.[part] })),
    ...recall.flatMap(recallRow),
  ].filter((row) => row.source !== undefined || row.target !== undefined);
  const named = differences.map(differenceLine);
  const all = Object.values(differing).reduce((sum, one) => sum + Math.max(0, one), 0);
  return [
    ...tableLines<Row>(
      [
        { title: '', cell: (row) => row.name },
        { title: 'source', cell: (row) => row.source ?? '' },
        { title: 'target', cell: (row) => row.target ?? '' },
      ],
      rows,
      (text) => output.bold(text),
    ),
    `vectors compared ${PRECISIONS[verification.vectors]}`,
    ...recall.map(recallLine),
    equal ? 'both ends have the same' : `the ends differ${differingText(differing)}`,
    ...named,
    ...(all > named.length && named.length > 0
      ? [`  and ${counted(all - named.length, 'record')} more`]
      : []),
  ];
}

interface Row {
  readonly name: string;
  readonly source: string | undefined;
  readonly target: string | undefined;
}

const SUMS = [
  'ids',
  'vectors',
  'documents',
  'metadata',
  'expiries',
] as const satisfies (keyof ContentChecksum)[];

const PRECISIONS = {
  f32: 'to the bit',
  f16: 'as 16-bit floats, for an end keeps no more',
  direction: 'by their direction, for an end does not keep them to the bit',
} as const satisfies Record<MigrationVerification['vectors'], string>;

function recallRow({ field, k, source, target }: MigrationRecall): Row {
  const name = `recall@${k}${field === undefined ? '' : ` of ${field}`}`;
  return { name, source: source?.toFixed(4), target: target?.toFixed(4) };
}

function recallLine({ field, queries, agreement }: MigrationRecall): string {
  const which = field === undefined ? '' : ` in "${field}"`;
  const exact = agreement === undefined ? '' : `; their exact answers agree to ${agreement.toFixed(4)}`;
  return `${counted(queries, 'record')} asked for their neighbours${which}${exact}`;
}

function differingText({ missing, different, extra }: MigrationVerification['differing']): string {
  if (missing < 0) return '; files cannot be asked which records do';
  return `: ${count(missing)} missing at the target, ${count(different)} different, ${count(extra)} only there`;
}

function differenceLine({ id, namespace, kind, parts = [] }: MigrationDifference): string {
  const where = namespace === undefined ? '' : ` in namespace "${oneLine(namespace)}"`;
  const what = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `  ${kind} "${oneLine(id)}"${where}${what}`;
}

function nameOf({ location, collection }: MigrationEndDescription): string {
  return collection === undefined ? location : `${location}#${collection}`;
}
