import { describeEffort } from './efforts.ts';
import type { Goal } from './goal.ts';
import { judgeGoals } from './goals.ts';
import { megabytes, rounded, whole } from './numbers.ts';
import type { EventLoopRow, Report, StoreRow } from './report.ts';
import { table } from './table.ts';

/** Pictures that stand beside a report. */
export interface Pictures {
  readonly speed: string;
  readonly costs: string;
}

/** The report for people: every table, and the losses as plainly as the wins. */
export function toMarkdown(report: Report, pictures?: Pictures): string {
  const { dataset, settings } = report;
  const approximate = report.curve.length > 0 && [
    `## Approximate search, one query at a time, k = ${settings.k}`,
    'Interpolated at equal recall; where the least effort finds more already, its own recall stands there. "Distances" are those to vectors, or rows of a byte a dimension, that a query computes, where the engine counts them; estimates by shorter codes are not among them.',
    searchTable(report),
    report.ratios.length > 0 && '### How many times as fast',
    ratioTable(report),
    behind(report),
    '### Every effort that was timed',
    curveTable(report),
  ];
  const sections = [
    `# ${dataset.name}: ${whole(dataset.size)} vectors of ${dataset.dimension} dimensions, ${dataset.metric}`,
    conditions(report),
    goalTable(judgeGoals(report)),
    pictures && report.curve.length > 0 && `![Queries a second against recall](${pictures.speed})`,
    ...(approximate || []),
    report.exact.length > 0 && `## Exact search, k = ${settings.k}`,
    exactTable(report),
    '## Building, opening, memory and disk',
    pictures && `![Building and memory](${pictures.costs})`,
    storeTable(report.stores),
    report.scansPerSecond &&
      `Comparing with everything in a collection of the family hnsw: ${rounded(report.scansPerSecond)} searches a second.`,
    report.eventLoop.length > 0 && '## How late the event loop was',
    eventLoopTable(report.eventLoop),
    '## What was measured',
    engineTable(report),
    ...report.absent.map(({ peer, reason }) => `Left out: ${peer}. ${sentence(reason)}`),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function conditions({ machine, dataset, settings, intrinsicDimension }: Report): string {
  const pinned =
    settings.pinnedTo === undefined
      ? 'searches were free to run on any processor'
      : `searches were tied to processor ${settings.pinnedTo}`;
  return [
    `${sentence(dataset.source)} ${whole(dataset.queries)} queries, none of them stored. Intrinsic dimension ${rounded(intrinsicDimension)}.`,
    `M ${settings.M}, efConstruction ${settings.efConstruction}, seed ${settings.seed} on all sides; Vecino with ${settings.threads} worker thread${settings.threads === 1 ? '' : 's'}. Medians of timings taken in turns (repetitions: ${settings.repetitions}, at least ${settings.secondsPerTiming} s each); ${pinned}.`,
    `Commit ${machine.commit}, ${machine.date.slice(0, 10)}, Node ${machine.node}, ${machine.platform}, ${machine.processors} x ${machine.processor}, ${machine.memoryGiB} GiB; load before the run ${machine.loadBefore}.`,
  ].join('\n');
}

function searchTable(report: Report): string {
  const { searches, unreached, settings } = report;
  const reached = searches.map((row) => [
    row.recallWanted.toFixed(2),
    row.peer,
    describeEffort(report, row),
    row.recall.toFixed(4),
    whole(row.qps),
    whole(row.qpsOfCpu),
    rounded(row.p50Ms),
    rounded(row.p99Ms),
    row.distances === undefined ? '' : whole(row.distances),
  ]);
  const missed = unreached.map((row) => [
    row.recallWanted.toFixed(2),
    row.peer,
    'not reached',
    `at best ${row.recallBest.toFixed(4)}`,
    ...Array<string>(5).fill(''),
  ]);
  const heads = [
    `recall@${settings.k}`,
    'engine',
    'effort',
    'recall',
    'QPS',
    'QPS of CPU',
    'p50 ms',
    'p99 ms',
    'distances',
  ];
  return table(heads, 'rllrrrrrr', [...reached, ...missed]);
}

/** One line for each recall and each of the others, one column for each of ours. */
function ratioTable({ ratios, settings }: Report): string {
  if (ratios.length === 0) return '';
  const ours = [...new Set(ratios.map((row) => row.ours))];
  const lines = [
    ...new Set(ratios.map(({ recallWanted, theirs }) => `${recallWanted.toFixed(2)} ${theirs}`)),
  ];
  const cells = lines.map((line) => {
    const [recall = '', theirs = ''] = line.split(' ');
    const inLine = ratios.filter((row) => row.theirs === theirs && row.recallWanted.toFixed(2) === recall);
    const values = ours.map((name) => {
      const row = inLine.find((ratio) => ratio.ours === name);
      return row ? `${rounded(row.byClock)} (${rounded(row.byCpu)})` : '';
    });
    return [recall, theirs, ...values];
  });
  const heads = [`recall@${settings.k}`, 'over', ...ours];
  return `${table(heads, `rl${'r'.repeat(ours.length)}`, cells)}\n\nIn brackets the same by processor time.`;
}

/** Every loss: for each of ours the others that are quicker, with the recalls at which they are. */
function behind({ ratios }: Report): string {
  const losses = ratios.filter(({ byClock }) => byClock < 1);
  if (losses.length === 0) return '';
  const ours = [...new Set(losses.map((row) => row.ours))].map((name) => {
    const own = losses.filter((row) => row.ours === name);
    const places = [...new Set(own.map(({ theirs }) => theirs))].map((theirs) => {
      const recalls = own.filter((row) => row.theirs === theirs).map((row) => row.recallWanted.toFixed(2));
      return `${theirs} at ${recalls.join(' and ')}`;
    });
    return `${name} than ${places.join(', ')}`;
  });
  return `**Vecino is slower**: ${ours.join('; ')}.`;
}

function curveTable(report: Report): string {
  const { curve, settings } = report;
  const cells = curve.map((row) => [
    row.peer,
    describeEffort(report, row),
    row.recall.toFixed(4),
    whole(row.qps),
    whole(row.qpsOfCpu),
  ]);
  return table(['engine', 'effort', `recall@${settings.k}`, 'QPS', 'QPS of CPU'], 'llrrr', cells);
}

function exactTable({ exact, settings }: Report): string {
  if (exact.length === 0) return '';
  const times = (ratio: number | undefined) => (ratio === undefined ? '' : rounded(ratio));
  const cells = exact.map((row) => [
    row.peer,
    whole(row.batch),
    row.recall === 1 ? '1' : row.recall.toFixed(5),
    rounded(row.qps),
    rounded(row.qpsOfCpu),
    rounded(row.p50Ms),
    times(row.overFaiss),
    times(row.overFaissByCpu),
  ]);
  const heads = [
    'engine',
    'queries a call',
    `recall@${settings.k}`,
    'QPS',
    'QPS of CPU',
    'p50 ms of a call',
    'times FAISS',
    'by CPU',
  ];
  return table(heads, 'lrrrrrrr', cells);
}

function storeTable(stores: readonly StoreRow[]): string {
  const heads = [
    'engine',
    'inserts/s',
    'build s',
    'build CPU s',
    'save s',
    'open s',
    'open/read',
    'disk',
    'of it index',
    'resident',
    'vectors in memory',
    'index in memory',
  ];
  const cells = stores.map((row) => [
    row.peer,
    ...buildCells(row),
    rounded(row.openSeconds),
    row.readSeconds === undefined ? '' : rounded(row.openSeconds / row.readSeconds),
    megabytes(row.diskBytes),
    megabytes(row.indexFileBytes),
    megabytes(row.residentBytes),
    row.byEngine ? megabytes(row.byEngine.vectorBytes) : 'not told',
    row.byEngine ? megabytes(row.byEngine.indexBytes) : 'not told',
  ]);
  return [table(heads, 'lrrrrrrrrrrr', cells), ...storeNotes(stores)].join('\n\n');
}

function buildCells(row: StoreRow): string[] {
  if (row.builtBy) return ['', `opens that of ${row.builtBy}`, '', ''];
  const kept = row.kept ? ' *' : '';
  return [
    whole(row.size / row.insertSeconds),
    `${rounded(row.insertSeconds + row.linkSeconds)}${kept}`,
    `${rounded(row.cpuSeconds)}${kept}`,
    rounded(row.saveSeconds),
  ];
}

function storeNotes(stores: readonly StoreRow[]): string[] {
  const notes: string[] = [];
  const kept = stores.filter((row) => row.kept && !row.builtBy);
  if (kept.length > 0) {
    const when = kept.map(
      (row) =>
        `${row.peer} on ${row.kept?.date.slice(0, 10)} under loads of ${row.kept?.loadBefore} to ${row.kept?.loadAfter}`,
    );
    notes.push(
      `\\* Built earlier and kept, because the same version builds the same index: ${when.join(', ')}.`,
    );
  }
  if (stores.some(({ peer }) => peer === 'vecino')) {
    notes.push(
      'Vecino’s inserts are durable when they return (SQLite, one commit for 1,000 records) and carry a document and metadata; linking goes on behind them. The other engines, `vecino-engine` among them, keep vectors and row numbers in memory only, and link while they insert.',
    );
  }
  return notes;
}

function eventLoopTable(rows: readonly EventLoopRow[]): string {
  if (rows.length === 0) return '';
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

function engineTable({ engines }: Report): string {
  const cells = engines.map(({ peer, version, compiled, instructions, recipe = '' }) => [
    peer,
    version,
    compiled,
    instructions,
    recipe,
  ]);
  return table(['engine', 'version', 'compiled', 'instructions', 'built as'], 'lllll', cells);
}

const VERDICTS = { kept: 'yes', broken: '**no**', undecided: 'undecided: the machine was busy' } as const;

function goalTable(goals: readonly Goal[]): string {
  if (goals.length === 0) return '';
  const cells = goals.map(({ promise, found, verdict }) => [promise, found, VERDICTS[verdict]]);
  return `## What was promised\n\n${table(['promise', 'found', 'kept'], 'lrl', cells)}`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
