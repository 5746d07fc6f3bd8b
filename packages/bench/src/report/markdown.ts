import { judgeGoals } from './goals.ts';
import { megabytes, rounded, whole } from './numbers.ts';
import type { EventLoopRow, Report, SearchRow, StoreRow } from './report.ts';

/** The report for people: every table, and the losses as plainly as the wins. */
export function toMarkdown(report: Report, plot?: string): string {
  const { dataset, settings } = report;
  const sections = [
    `# ${dataset.name}: ${whole(dataset.size)} vectors of ${dataset.dimension} dimensions, ${dataset.metric}`,
    conditions(report),
    plot && `![Queries a second against recall](${plot})`,
    `## Searching, one query at a time, k = ${settings.k}`,
    searchTable(report),
    behind(report),
    '## Building and opening',
    storeTable(report.stores),
    report.scansPerSecond && `Exact search by Vecino (recall 1): ${rounded(report.scansPerSecond)} a second.`,
    '## How late the event loop was',
    eventLoopTable(report.eventLoop),
    goalTable(report),
    ...report.absent.map(({ peer, reason }) => `Left out: ${peer}. ${sentence(reason)}`),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function conditions({ machine, dataset, settings }: Report): string {
  const pinned =
    settings.pinnedTo === undefined
      ? 'searches were free to run on any processor'
      : `searches were tied to processor ${settings.pinnedTo}`;
  return [
    `${sentence(dataset.source)} ${whole(dataset.queries)} queries, none of them stored.`,
    `M ${settings.M}, efConstruction ${settings.efConstruction}, seed ${settings.seed} on all sides; Vecino with ${settings.threads} worker thread${settings.threads === 1 ? '' : 's'}. Medians of timings taken in turns (repetitions: ${settings.repetitions}, at least ${settings.secondsPerTiming} s each); ${pinned}.`,
    `Commit ${machine.commit}, ${machine.date.slice(0, 10)}, Node ${machine.node}, ${machine.platform}, ${machine.processors} x ${machine.processor}, ${machine.memoryGiB} GiB; load before the run ${machine.loadBefore}.`,
  ].join('\n');
}

function searchTable({ searches, unreached, settings }: Report): string {
  const reached = searches.map((row) => [
    row.recallWanted.toFixed(2),
    row.peer,
    row.withRecords ? 'documents and metadata too' : 'ids and distances',
    whole(row.efSearch),
    row.recall.toFixed(4),
    whole(row.qps),
    whole(row.qpsOfCpu),
    rounded(row.p50Ms),
    rounded(row.p99Ms),
    timesAsFast(row.vecinoTimesAsFast),
    timesAsFast(row.vecinoTimesAsFastByCpu),
  ]);
  const missed = unreached.map((row) => [
    row.recallWanted.toFixed(2),
    row.peer,
    '',
    'not reached',
    `at best ${row.recallBest.toFixed(4)}`,
    '',
    '',
    '',
    '',
    '',
    '',
  ]);
  const heads = [
    `recall@${settings.k}`,
    'engine',
    'answers',
    'efSearch',
    'recall found',
    'QPS',
    'QPS of CPU',
    'p50 ms',
    'p99 ms',
    'Vecino is',
    'by CPU',
  ];
  return table(heads, 'rllrrrrrrrr', [...reached, ...missed]);
}

function timesAsFast(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${rounded(ratio)} times as fast`;
}

function behind({ searches }: Report): string {
  const losses = searches.filter((row) => row.vecinoTimesAsFast !== undefined && row.vecinoTimesAsFast < 1);
  if (losses.length === 0) return '';
  const places = losses.map((row: SearchRow) => `${row.peer} at ${row.recallWanted.toFixed(2)}`);
  return `**Vecino is slower** than ${places.join(', than ')}.`;
}

function storeTable(stores: readonly StoreRow[]): string {
  const heads = [
    'engine',
    'inserts/s',
    'build s',
    'build CPU s',
    'save s',
    'open s',
    'open/build',
    'disk',
    'of it index',
    'resident',
    'vectors in memory',
    'index in memory',
  ];
  const cells = stores.map((row) => {
    const build = row.insertSeconds + row.linkSeconds;
    return [
      row.peer,
      whole(row.size / row.insertSeconds),
      rounded(build),
      rounded(row.cpuSeconds),
      rounded(row.saveSeconds),
      rounded(row.openSeconds),
      rounded(row.openSeconds / build),
      megabytes(row.diskBytes),
      megabytes(row.indexFileBytes),
      megabytes(row.residentBytes),
      row.byEngine ? megabytes(row.byEngine.vectorBytes) : 'not told',
      row.byEngine ? megabytes(row.byEngine.indexBytes) : 'not told',
    ];
  });
  const durable = stores.some(({ peer }) => peer === 'vecino')
    ? '\n\nVecino’s inserts are durable when they return (SQLite, one commit for 1,000 records) and carry a document and metadata; linking goes on behind them. hnswlib keeps vectors and row numbers in memory only, and links while it inserts.'
    : '';
  return table(heads, 'lrrrrrrrrrrr', cells) + durable;
}

function eventLoopTable(rows: readonly EventLoopRow[]): string {
  const heads = [
    'engine',
    'during',
    'seconds',
    'longest ms',
    'p99 ms',
    'longest ms (timer)',
    'p99 ms (timer)',
    'own work ms',
  ];
  const cells = rows.map((row) => [
    row.peer,
    row.during,
    rounded(row.seconds),
    rounded(row.monitorMaxMs),
    rounded(row.monitorP99Ms),
    rounded(row.timerMaxMs),
    rounded(row.timerP99Ms),
    rounded(row.ownWorkMaxMs),
  ]);
  return table(heads, 'llrrrrrr', cells);
}

const VERDICTS = { kept: 'yes', broken: '**no**', undecided: 'undecided: the machine was busy' } as const;

function goalTable(report: Report): string {
  const goals = judgeGoals(report);
  if (goals.length === 0) return '';
  const cells = goals.map(({ promise, found, verdict }) => [promise, found, VERDICTS[verdict]]);
  return `## What was promised\n\n${table(['promise', 'found', 'kept'], 'lrl', cells)}`;
}

/** @param alignment one letter a column: l or r */
function table(heads: readonly string[], alignment: string, rows: readonly (readonly string[])[]): string {
  const rule = Array.from(alignment, (side) => (side === 'r' ? '---:' : '---'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
