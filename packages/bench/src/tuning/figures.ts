/**
 * The figures of `docs/tuning.md`, made from the results of the bench, so that the two cannot differ: what each
 * family and quantizer is worth in speed, accuracy and memory on each data set.
 */
import { rounded, whole } from '../report/numbers.ts';
import { table } from '../report/table.ts';
import { exponentOf } from '../scenarios/exponent.ts';
import type { RaceResult, Results } from './results.ts';

/** A line of the tables: an engine of the bench, in the words of a user. */
interface Line {
  readonly peer: string;
  readonly called: string;
}

const OURS: readonly Line[] = [
  { peer: 'vecino-flat', called: '`flat`' },
  { peer: 'vecino-engine', called: '`hnsw`' },
  { peer: 'vecino-ivf', called: '`ivf`, `pq`' },
  { peer: 'vecino-ivf-binary', called: '`ivf`, `binary`' },
  { peer: 'vecino-ivf-sq8', called: '`ivf`, `sq8`' },
  { peer: 'vecino-ivf-raw', called: '`ivf`, `none`' },
  { peer: 'vecino-pq', called: '`pq`' },
  { peer: 'vecino-lsh', called: '`lsh`' },
];
const THEIRS: readonly Line[] = [
  { peer: 'hnswlib', called: 'hnswlib' },
  { peer: 'faiss-ivfpq', called: 'FAISS IVF, 4-bit PQ, refine' },
  { peer: 'faiss-ivfflat', called: 'FAISS IVF flat' },
  { peer: 'faiss-flat', called: 'FAISS flat' },
];
const RECALLS = [0.9, 0.95, 0.99] as const;
const UNKNOWN = '–';

export function toFigures(results: Results): string {
  const { races } = results;
  if (races.length === 0) return 'Nothing has been measured yet.';
  const sections = [
    `**Speed**: queries a second at recall@10 ${RECALLS.join(' / ')}, one at a time, one thread; exact families have one figure, at recall 1. ${UNKNOWN} was not measured or not reached.`,
    speedTable(races),
    '**Memory**: bytes a vector beside the original, and as a share of the 32-bit original.',
    costTable(races, memoryOf),
    '**Building**: processor seconds.',
    costTable(races, buildingOf),
    ...growthSections(results),
  ];
  return sections.join('\n\n');
}

function speedTable(races: readonly RaceResult[]): string {
  const lines = [...OURS, ...THEIRS].filter(({ peer }) => races.some((race) => isMeasured(race, peer)));
  return table(
    ['index', ...races.map(headOf)],
    `l${'r'.repeat(races.length)}`,
    lines.map(({ peer, called }) => [called, ...races.map((race) => speedOf(race, peer))]),
  );
}

function headOf({ dataset }: RaceResult): string {
  return `${dataset.name}, ${whole(dataset.size)} x ${dataset.dimension}`;
}

function isMeasured({ rows, exact, unreached }: RaceResult, name: string): boolean {
  return [...rows, ...exact, ...unreached].some(({ peer }) => peer === name);
}

function speedOf({ rows, exact }: RaceResult, name: string): string {
  const single = exact.find(({ peer, batch }) => peer === name && batch === 1);
  if (single) return whole(single.qps);
  const speeds = RECALLS.map((recall) =>
    rows.find(({ peer, recallWanted }) => peer === name && recallWanted === recall),
  );
  if (speeds.every((row) => row === undefined)) return UNKNOWN;
  return speeds.map((row) => (row ? whole(row.qps) : UNKNOWN)).join(' / ');
}

type Store = RaceResult['stores'][number];

/** One cell a data set, of what the engines tell of their stores. */
function costTable(
  races: readonly RaceResult[],
  cell: (store: Store, race: RaceResult) => string | undefined,
): string {
  const rows = [...OURS, ...THEIRS].map(({ peer, called }) => {
    const cells = races.map((race) => {
      const store = race.stores.find((known) => known.peer === peer);
      return (store && cell(store, race)) ?? UNKNOWN;
    });
    return { called, cells };
  });
  return table(
    ['index', ...races.map(headOf)],
    `l${'r'.repeat(races.length)}`,
    rows
      .filter(({ cells }) => cells.some((text) => text !== UNKNOWN))
      .map(({ called, cells }) => [called, ...cells]),
  );
}

function memoryOf({ byEngine }: Store, { dataset }: RaceResult): string | undefined {
  if (!byEngine) return undefined;
  const bytes = byEngine.indexBytes / dataset.size;
  const share = bytes / (dataset.dimension * Float32Array.BYTES_PER_ELEMENT);
  return `${rounded(bytes)} (${Math.round(100 * share)} %)`;
}

function buildingOf({ cpuSeconds, builtBy }: Store): string | undefined {
  return builtBy === undefined ? rounded(cpuSeconds) : undefined;
}

function growthSections({ growth }: Results): string[] {
  if (!growth) return [];
  const families = [...new Set(growth.rows.map(({ family }) => family))];
  const cells = families.map((family) => {
    const own = growth.rows.filter((row) => row.family === family);
    const sizes = own.map(({ records }) => records);
    return [
      `\`${family}\``,
      rounded(exponentOf(own.map((row) => [row.records, row.searchMicroseconds] as const))),
      rounded(exponentOf(own.map((row) => [row.records, row.distanceComputations] as const))),
      `${whole(Math.min(...sizes))} to ${whole(Math.max(...sizes))}`,
    ];
  });
  return [
    '**Growth**: time and distances of a search at recall .95 grow with the number of records to the power of',
    table(['family', 'time', 'distances', 'records'], 'lrrr', cells),
  ];
}
