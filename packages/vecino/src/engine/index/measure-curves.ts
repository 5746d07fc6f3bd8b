import type { Calibration, CalibrationPoint } from '../../api/collection-stats.ts';
import { OVERSAMPLE } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { timesForOneMore } from '../../index/oversample.ts';
import { CALIBRATED_K, levelled } from './calibration.ts';
import type { SegmentFound, SegmentSearch } from './index-searcher.ts';

/** What recall is measured on. */
export interface Measurable {
  /** Live records. */
  readonly count: number;
  /** Efforts are multiples of so many parts of 1: whole where they are numbers of something, tenths where times k. */
  readonly effortParts: number;
  /** Whether searches by the index do not find the vector that asks. */
  readonly hidesAsker: boolean;
  /** Efforts that make sense for k hits, where the family can search by them at this moment. */
  effortRange(k: number): { readonly min: number; readonly max: number } | undefined;
  readonly isEnded: boolean;
  /** Live slots, spread over all, at most so many, and their vectors as queries. */
  sample(count: number): Promise<readonly Asker[]>;
  /** Answers on workers. `asking` is a slot of the whole index. */
  measure(searches: readonly SegmentSearch[]): Promise<readonly SegmentFound[]>;
}

/** A stored vector as a query. */
export interface Asker {
  readonly slot: number;
  readonly query: Float32Array;
}

interface Probe extends Asker {
  /** The distances of its true neighbours, nearest first, itself left out. */
  truth: Float32Array;
  /** The share of the true neighbours that is among these, for each of {@link CALIBRATED_K}; 1 where all are. */
  known: readonly number[];
}

/**
 * Queries for each curve: one in so many of the sample. The fewer hits, the more queries it takes: with 1,200, 600 and
 * 300 the standard error at recall .9 is .009, .006 and .005.
 */
const PROBES = 1_200;
const STRIDES: readonly number[] = [1, 2, 4];
/** Of the sample one in so many knows its neighbours by exact search, which is dear in large collections. */
const EXACT_STRIDE = 8;
/** The others know them by a search of so much effort that next to nothing is missed, if that is cheaper. */
const KNOWN_MIN = 0.998;
/** The share of the records that a search may compare if it is to be cheaper than comparing with all in their order. */
const CHEAPER_MAX = 0.25;
/** Where originals are on disk, the truth is that of the codes with so many times k vectors read. */
const TRUTH_OVERSAMPLE = 10;
/** One turn of the workers, after which others are let in. */
const TURN_MS = 12;
/** Efforts are doubled until recall is this, or high and grows by less than that, or half of all records are compared. */
const RECALL_ENOUGH = 0.9995;
const RECALL_FLAT = 0.95;
const GAIN_MIN = 0.0005;
const COMPARED_MAX = 0.5;
/**
 * Some of the queries tell enough where recall is less than can be asked for, and where comparing with all is about as
 * cheap and will be done instead. Not where recall is high: what is missed there may be all hits of a few queries.
 */
const SOME_STRIDE = 4;
const RECALL_LOW = 0.5;
/** Efforts in between are measured where recalls that are asked for grow by more than this from one to the next. */
const STEP_MAX = 0.03;
const RECALL_ASKED = 0.8;
const REFINEMENTS = 3;

/**
 * Measures which effort gives which recall, on the index's own vectors, each asked with and itself left out. An eighth
 * of them is searched exactly (n distances each). By these it is found which effort misses next to nothing, and that
 * tells the neighbours of the others. Then efforts are doubled until nothing more is gained: some ten searches a query
 * and curve. All on workers, in turns of some milliseconds.
 */
export async function measureCurves(ground: Measurable): Promise<Pick<Calibration, 'queries' | 'curves'>> {
  const sample = await ground.sample(PROBES);
  const probes = sample.map((asker) => ({ ...asker, truth: new Float32Array(), known: [] as number[] }));
  await findTruth(ground, probes);
  const curves: { readonly k: number; readonly points: CalibrationPoint[] }[] = [];
  for (const [i, k] of CALIBRATED_K.entries()) {
    curves.push({ k, points: await curveOf(ground, every(probes, STRIDES[i] ?? 1), k) });
  }
  return { queries: probes.length, curves };
}

async function findTruth(ground: Measurable, probes: Probe[]): Promise<void> {
  const searched = every(probes, EXACT_STRIDE);
  await searchExactly(ground, searched);
  const rest = probes.filter((_, i) => i % EXACT_STRIDE !== 0);
  const found = rest.length > 0 ? await enoughEffort(ground, searched) : undefined;
  if (!found) return searchExactly(ground, rest);
  const answers = await ask(ground, rest, found.how);
  for (const [i, probe] of rest.entries()) {
    probe.truth = distancesOfOthers(present(answers[i], 'an answer'), probe.slot);
    probe.known = found.known;
  }
}

async function searchExactly(ground: Measurable, probes: readonly Probe[]): Promise<void> {
  const how = { k: mostHits() + 1, way: 'exact', oversample: TRUTH_OVERSAMPLE } as const;
  const answers = await ask(ground, probes, how);
  for (const [i, probe] of probes.entries()) {
    probe.truth = distancesOfOthers(present(answers[i], 'an answer'), probe.slot);
    probe.known = CALIBRATED_K.map(() => 1);
  }
}

/** A search that finds nearly all and is much cheaper than comparing with all, if there is one. */
async function enoughEffort(
  ground: Measurable,
  probes: readonly Probe[],
): Promise<{ readonly how: How; readonly known: readonly number[] } | undefined> {
  const most = mostHits();
  const { min, max } = present(ground.effortRange(most), 'a range of efforts');
  for (let effort = Math.ceil(min ** 0.75 * max ** 0.25); effort <= max; effort *= 2) {
    const how: How = { k: most + 1, way: 'index', effort, oversample: TRUTH_OVERSAMPLE };
    const answers = await ask(ground, probes, how);
    if (comparedShare(answers, ground) > CHEAPER_MAX) return undefined;
    const known = CALIBRATED_K.map((k) => sharesOf(probes, answers, k));
    if (Math.min(...known) >= KNOWN_MIN) return { how, known };
  }
  return undefined;
}

async function curveOf(ground: Measurable, probes: readonly Probe[], k: number): Promise<CalibrationPoint[]> {
  const { min, max } = present(ground.effortRange(k), 'a range of efforts');
  const some = every(probes, SOME_STRIDE);
  const points: CalibrationPoint[] = [];
  const measure = async (effort: number) => {
    const first = await recallAt(ground, some, k, effort);
    const isEnough = first.recall < RECALL_LOW || first.compared > CHEAPER_MAX;
    const measured = isEnough ? first : await recallAt(ground, probes, k, effort);
    points.push({ effort, recall: measured.recall });
    return measured;
  };
  let before = 0;
  for (let effort = min; ; effort = Math.min(max, effort * 2)) {
    const { recall, compared } = await measure(effort);
    const isFlat = recall > RECALL_FLAT && recall - before < GAIN_MIN;
    if (recall >= RECALL_ENOUGH || isFlat || compared > COMPARED_MAX || effort >= max) break;
    before = recall;
  }
  for (let round = 0; round < REFINEMENTS; round++) {
    for (const effort of steepEfforts(points, ground.effortParts)) await measure(effort);
    points.sort((a, b) => a.effort - b.effort);
  }
  return levelled(points);
}

async function recallAt(ground: Measurable, probes: readonly Probe[], k: number, effort: number) {
  const isTimesHits = ground.effortParts > 1;
  const how: How = ground.hidesAsker
    ? { k, way: 'index', effort, oversample: OVERSAMPLE }
    : {
        k: k + 1,
        way: 'index',
        effort: isTimesHits ? timesForOneMore(effort, k) : effort,
        oversample: timesForOneMore(OVERSAMPLE, k),
      };
  const answers = await ask(ground, probes, how, true);
  return { recall: sharesOf(probes, answers, k), compared: comparedShare(answers, ground) };
}

/** The mean share of the k true neighbours that is found. */
function sharesOf(probes: readonly Probe[], answers: readonly SegmentFound[], k: number): number {
  const column = CALIBRATED_K.indexOf(k as (typeof CALIBRATED_K)[number]);
  let hits = 0;
  let wanted = 0;
  for (const [i, { slot, truth, known }] of probes.entries()) {
    const answer = present(answers[i], 'an answer');
    const last = truth[Math.min(k, truth.length) - 1] ?? Number.POSITIVE_INFINITY;
    const bound = last + Math.abs(last) * 1e-6;
    const near = distancesOfOthers(answer, slot).filter((distance) => distance <= bound);
    // An effort that finds too few ends as a comparison with all, which is no merit of it.
    if (answer.effort > 0) hits += Math.min(k, near.length) * (known[column] ?? 1);
    wanted += Math.min(k, truth.length);
  }
  return hits / Math.max(1, wanted);
}

/** Distances of a search, as a share of those of comparing with all. */
function comparedShare(answers: readonly SegmentFound[], { count }: Measurable): number {
  const computed = answers.reduce(
    (sum, { effort, distanceComputations }) => sum + (effort > 0 ? distanceComputations : 0),
    0,
  );
  return computed / Math.max(1, answers.length) / count;
}

type How = Pick<SegmentSearch, 'k' | 'way' | 'oversample'> & { readonly effort?: number };

/**
 * Asks with all probes, a few at a time, so that searches of others wait for milliseconds only.
 *
 * @param hides whether each is to be answered as if it were not stored
 */
async function ask(
  ground: Measurable,
  probes: readonly Probe[],
  how: How,
  hides = false,
): Promise<SegmentFound[]> {
  const found: SegmentFound[] = [];
  for (let from = 0, size = 1; from < probes.length; ) {
    if (ground.isEnded) throw new Error('the index has ended');
    const part = probes.slice(from, from + size);
    const started = performance.now();
    const searches = part.map(({ query, slot }) => ({
      effort: undefined,
      exact: false,
      allowed: undefined,
      ...how,
      query,
      ...(hides && { asking: slot }),
    }));
    found.push(...(await ground.measure(searches)));
    from += size;
    const tookMs = performance.now() - started;
    if (tookMs < TURN_MS / 2) size *= 2;
    else if (tookMs > TURN_MS * 2) size = Math.max(1, size >> 1);
  }
  return found;
}

function distancesOfOthers({ slots, distances }: SegmentFound, own: number): Float32Array {
  return distances.filter((_, i) => slots[i] !== own);
}

function mostHits(): number {
  return Math.max(...CALIBRATED_K);
}

function every<T>(list: readonly T[], stride: number): T[] {
  return list.filter((_, i) => i % stride === 0);
}

/** Efforts halfway between those where recall grows much, as the eye would place them. */
function steepEfforts(points: readonly CalibrationPoint[], parts: number): number[] {
  return points.flatMap(({ effort, recall }, i) => {
    const next = points[i + 1];
    if (!next || next.recall < RECALL_ASKED || next.recall - recall <= STEP_MAX) return [];
    const middle = Math.round(Math.sqrt(effort * next.effort) * parts) / parts;
    return middle > effort && middle < next.effort ? [middle] : [];
  });
}
