/** The report for a terminal: a table a recall, the fastest first, and what it cost to be able to. */
import { rounded, whole } from './numbers.ts';
import type { Report, SearchRow, StoreRow } from './report.ts';

type Cells = readonly string[];

const HEADS: Cells = [
  'engine',
  'queries/s',
  'recall',
  'p50 ms',
  'p99 ms',
  'build s',
  'memory MB',
  'disk MB',
  'with',
];

export function toText(report: Report, agreement?: number): string[] {
  const { dataset, settings, machine, absent } = report;
  const recalls = [
    ...new Set([...report.searches, ...report.unreached].map(({ recallWanted }) => recallWanted)),
  ];
  return [
    `${dataset.name}: ${whole(dataset.size)} vectors of ${dataset.dimension} dimensions, ${dataset.metric}, ${whole(dataset.queries)} queries, k = ${settings.k}`,
    `${dataset.source}; ${machine.processor}, load ${machine.loadBefore} before the run`,
    ...agreementLines(agreement),
    ...recalls
      .sort((a, b) => a - b)
      .flatMap((recall) => ['', `at recall ${recall}`, ...aligned(HEADS, tableAt(report, recall))]),
    ...exactLines(report),
    ...(absent.length > 0 ? [''] : []),
    ...absent.map(({ peer, reason }) => `${peer}: ${reason}`),
  ];
}

/** Below this the file means something else: another metric, or other rows. */
const AGREEMENT_MIN = 0.99;

function agreementLines(agreement: number | undefined): string[] {
  if (agreement === undefined) return [];
  const share = `the file's own ground truth is ${(agreement * 100).toFixed(2)} % of ours`;
  if (agreement >= AGREEMENT_MIN) return [share];
  return [`${share}: it was made by another metric or of other vectors; ours is what counts here`];
}

function tableAt(report: Report, recall: number): Cells[] {
  const reached = report.searches
    .filter(({ recallWanted }) => recallWanted === recall)
    .sort((a, b) => b.qps - a.qps)
    .map((row) => cellsOf(row, storeOf(report, row.peer), describe(report, row)));
  const missed = report.unreached
    .filter(({ recallWanted }) => recallWanted === recall)
    .map(({ peer, recallBest }) =>
      cellsOf({ peer, recall: recallBest }, storeOf(report, peer), 'did not reach it'),
    );
  return [...reached, ...missed];
}

function exactLines(report: Report): string[] {
  const rows = report.exact
    .filter(({ batch }) => batch === 1)
    .sort((a, b) => b.qps - a.qps)
    .map((row) => cellsOf(row, storeOf(report, row.peer), 'compares with everything'));
  return rows.length === 0 ? [] : ['', 'exact', ...aligned(HEADS, rows)];
}

interface Speeds extends Partial<Pick<SearchRow, 'qps' | 'p50Ms' | 'p99Ms'>> {
  readonly peer: string;
  readonly recall: number;
}

function cellsOf(
  { peer, recall, qps, p50Ms, p99Ms }: Speeds,
  store: StoreRow | undefined,
  how: string,
): Cells {
  const number = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '' : rounded(value);
  const bytes = (value: number | undefined) => number(value === undefined ? undefined : value / 1e6);
  const build = store && store.insertSeconds + store.linkSeconds + store.saveSeconds;
  return [
    peer,
    number(qps),
    recall.toFixed(4),
    number(p50Ms),
    number(p99Ms),
    number(build),
    bytes(store?.residentBytes),
    bytes(store?.diskBytes),
    how,
  ];
}

/** `efSearch 80`, and what it was built by. */
function describe({ engines }: Report, { peer, effort, refine }: SearchRow): string {
  const engine = engines.find((one) => one.peer === peer);
  const turned = `${engine?.knob ?? 'effort'} ${rounded(effort)}${refine > 1 ? `, refine ${rounded(refine)}` : ''}`;
  return engine?.recipe ? `${turned} (${engine.recipe})` : turned;
}

function storeOf({ stores }: Report, name: string): StoreRow | undefined {
  return stores.find(({ peer }) => peer === name);
}

/** Columns of words to the left, of numbers to the right. */
function aligned(heads: Cells, rows: readonly Cells[]): string[] {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((cells) => cells[i]?.length ?? 0)));
  const last = heads.length - 1;
  return [heads, ...rows].map((cells) =>
    cells
      .map((cell, i) => (i === 0 || i === last ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
