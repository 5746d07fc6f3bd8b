/**
 * What was promised of the five families: the best of ours over the best of the others, and what inverted lists,
 * codes and hashes have to be worth by themselves. All of it by the engine alone, as the C++ programs are.
 */
import type { PeerName } from '../peers/peer.ts';
import { atLeast, atMost, type Goal } from './goal.ts';
import { rounded, whole } from './numbers.ts';
import type { RatioRow, Report, StoreRow } from './report.ts';

/** Ours without a collection around them. */
const OUR_ENGINES: readonly PeerName[] = [
  'vecino-engine',
  'vecino-ivf',
  'vecino-ivf-raw',
  'vecino-ivf-sq8',
  'vecino-ivf-binary',
  'vecino-pq',
  'vecino-lsh',
];
const FAISS: readonly PeerName[] = ['faiss-ivfpq', 'faiss-ivfflat'];

/** The best of ours over the best of these, which a set of engines stands for under one name. */
interface BestGoal {
  readonly rivals: readonly PeerName[];
  readonly called: string;
  readonly recalls: readonly number[];
  readonly timesMin: number;
}

const BEST_GOALS: readonly BestGoal[] = [
  { rivals: FAISS, called: 'FAISS’s best', recalls: [0.9, 0.95, 0.99], timesMin: 1.6 },
  { rivals: ['hnswlib'], called: 'hnswlib', recalls: [0.95, 0.99], timesMin: 2.5 },
];
const RAW_TIMES_MIN = 1;
const BUILD_TIMES_MAX = 1.5;
const CODES_SHARE_MAX = 1 / 8;
const CODES_RECALL = 0.9;
const LSH_RECALL = 0.85;
const LSH_SHARE_MAX = 0.1;

export function judgeFamilies(report: Report): Goal[] {
  return [
    ...BEST_GOALS.flatMap((goal) => judgeBest(report, goal)),
    ...judgeRawLists(report),
    ...judgeListStores(report),
    ...judgeCodes(report),
    ...judgeHashes(report),
  ];
}

function judgeBest({ ratios, unreached }: Report, { rivals, called, recalls, timesMin }: BestGoal): Goal[] {
  return recalls.flatMap((recall): Goal[] => {
    const promise = `our best family: at least ${timesMin} times the QPS of ${called} at recall ${recall}`;
    const inReach = ratios.filter(
      ({ ours, theirs, recallWanted }) =>
        recallWanted === recall && includes(OUR_ENGINES, ours) && includes(rivals, theirs),
    );
    const best = bestOf(inReach);
    if (best)
      return [
        atLeast(
          promise,
          best.byClock,
          timesMin,
          `, by CPU ${rounded(best.byCpu)} (${best.ours} over ${best.theirs})`,
        ),
      ];
    const missed = OUR_ENGINES.some((name) =>
      unreached.some(({ peer, recallWanted }) => peer === name && recallWanted === recall),
    );
    const isMet = ratios.some(({ theirs }) => includes(rivals, theirs));
    return missed && isMet ? [{ promise, found: 'the recall was not reached', verdict: 'broken' }] : [];
  });
}

/** Each of ours has its ratio over the fastest of the rivals, which is its smallest; the best of these counts. */
function bestOf(ratios: readonly RatioRow[]): RatioRow | undefined {
  const smallest = new Map<string, RatioRow>();
  for (const row of ratios) {
    const known = smallest.get(row.ours);
    if (!known || row.byClock < known.byClock) smallest.set(row.ours, row);
  }
  return [...smallest.values()].toSorted((a, b) => b.byClock - a.byClock)[0];
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function judgeRawLists({ ratios }: Report): Goal[] {
  return ratios
    .filter(({ ours, theirs }) => ours === 'vecino-ivf-raw' && theirs === 'faiss-ivfflat')
    .map(({ recallWanted, byClock, byCpu }) =>
      atLeast(
        `vecino-ivf-raw: at least ${RAW_TIMES_MIN} times the QPS of FAISS’s IVFFlat at recall ${recallWanted}`,
        byClock,
        RAW_TIMES_MIN,
        `, by CPU ${rounded(byCpu)}`,
      ),
    );
}

function judgeListStores({ stores, dataset }: Report): Goal[] {
  const lists = storeOf(stores, 'vecino-ivf');
  const theirs = storeOf(stores, 'faiss-ivfpq');
  const goals: Goal[] = [];
  if (lists && theirs) {
    const promise = `vecino-ivf: builds with at most ${BUILD_TIMES_MAX} times the CPU time of faiss-ivfpq`;
    const when = theirs.kept ? ` (FAISS’s from ${theirs.kept.date.slice(0, 10)})` : '';
    goals.push(atMost(promise, lists.cpuSeconds / theirs.cpuSeconds, BUILD_TIMES_MAX, when));
  }
  if (lists?.byEngine) {
    const { dimension, size } = dataset;
    // A quarter of a byte a dimension for the code and one for the row of SQ8.
    const bytesMax = dimension / 4 + dimension + 16;
    const promise = 'vecino-ivf: at most d/4 + d + 16 bytes a vector beside the originals';
    const bytes = lists.byEngine.indexBytes / size;
    goals.push(atMost(promise, bytes, bytesMax, ` of ${whole(bytesMax)}`));
  }
  return goals;
}

/** The whole index beside the originals counts, not its codes alone. */
function judgeCodes({ stores, searches, unreached, dataset }: Report): Goal[] {
  const bytes = storeOf(stores, 'vecino-pq')?.byEngine?.indexBytes;
  if (bytes === undefined) return [];
  const promise = `vecino-pq: index at most 1/8 of the originals, at recall ${CODES_RECALL} and more`;
  const isCodes = ({ peer, recallWanted }: { peer: string; recallWanted: number }) =>
    peer === 'vecino-pq' && recallWanted === CODES_RECALL;
  if (unreached.some(isCodes)) {
    return [{ promise, found: 'the recall was not reached', verdict: 'broken' }];
  }
  const row = searches.find(isCodes);
  if (!row) return [];
  const share = bytes / (dataset.size * dataset.dimension * Float32Array.BYTES_PER_ELEMENT);
  return [atMost(promise, share, CODES_SHARE_MAX, ` at recall ${row.recall.toFixed(3)}`)];
}

function judgeHashes({ curve, dataset }: Report): Goal[] {
  const own = curve.filter(({ peer }) => peer === 'vecino-lsh');
  if (own.length === 0) return [];
  const promise = `vecino-lsh: recall at least ${LSH_RECALL} with distances to at most ${100 * LSH_SHARE_MAX} % of the records`;
  const found = own
    .filter(({ recall, distances }) => recall >= LSH_RECALL && distances !== undefined)
    .map(({ recall, distances = 0 }) => ({ recall, share: distances / dataset.size }))
    .toSorted((a, b) => a.share - b.share)[0];
  if (!found) return [{ promise, found: 'the recall was not reached', verdict: 'broken' }];
  const words = `${rounded(100 * found.share)} % at recall ${found.recall.toFixed(3)}`;
  return [{ promise, found: words, verdict: found.share <= LSH_SHARE_MAX ? 'kept' : 'broken' }];
}

function storeOf(stores: readonly StoreRow[], name: PeerName): StoreRow | undefined {
  return stores.find(({ peer }) => peer === name);
}
