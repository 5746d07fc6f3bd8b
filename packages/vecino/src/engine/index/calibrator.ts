import type { Calibration, CalibrationPoint } from '../../api/collection.ts';
import { OVERSAMPLE } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { CALIBRATED_K, levelled } from './calibration.ts';
import type { SegmentFound, SegmentSearch } from './index-searcher.ts';

/** What a calibration is made on. */
export interface Calibratable {
  /** Live records. */
  readonly count: number;
  /** Efforts are multiples of so many parts of 1: whole where they are numbers of something, tenths where times k. */
  readonly effortParts: number;
  /** Efforts that make sense for k hits, where the family can search by them at this moment. */
  effortRange(k: number): { readonly min: number; readonly max: number } | undefined;
  /** What the structure has learnt from the data, by identity: others where it may have been learnt anew. */
  readonly models: readonly object[];
  /** Whether nothing is to be done but this. */
  readonly isIdle: boolean;
  readonly isEnded: boolean;
  /** Live slots, spread over all, at most so many, and their vectors as queries. */
  sample(count: number): readonly { readonly slot: number; readonly query: Float32Array }[];
  /** Answers on workers. */
  measure(searches: readonly SegmentSearch[]): Promise<readonly SegmentFound[]>;
}

/** A stored vector as a query, with the nearest others. */
interface Probe {
  readonly slot: number;
  readonly query: Float32Array;
  /** The distances of its true neighbours, nearest first, itself left out. */
  truth: Float32Array;
}

/** With fewer records comparing with all is cheaper than anything else. */
const RECORDS_MIN = 1_000;
/** Queries: the mean recall of 400 is off by half a hundredth; exact answers are dear in large collections. */
const PROBES = 400;
const PROBES_OF_MANY = 200;
const MANY = 200_000;
/** Records that may have changed since, as a share of those that it was made from. */
const DRIFT = 0.3;
/** One turn of the workers, after which others are let in. */
const TURN_MS = 12;
/** Efforts are doubled until recall is this, or grows by less than that, or half of all records are compared. */
const RECALL_ENOUGH = 0.9995;
const GAIN_MIN = 0.0005;
const COMPARED_MAX = 0.5;
/** Efforts in between are measured where recall grows by more than this from one to the next. */
const STEP_MAX = 0.025;
const REFINEMENTS = 2;
/** Where originals are on disk, the truth is that of the codes with so many times k vectors read. */
const TRUTH_OVERSAMPLE = 10;

/**
 * Measures which effort gives which recall, on the index's own vectors: some hundred of them are asked with, each
 * without itself, the truth is that of exact search, and efforts are doubled until nothing is missed. It costs
 * the exact answers (n distances a query) and some ten searches a query; on workers, in turns of some milliseconds.
 */
export class Calibrator {
  private readonly place: Calibratable;
  private latest: Calibration | undefined;
  private isWanted = false;
  /** Records put or removed since the last calibration, or the last attempt at one. */
  private changes = 0;
  private attemptedWith = 0;
  private attemptedOn: readonly object[] = [];
  private running: Promise<void> | undefined;

  constructor(place: Calibratable) {
    this.place = place;
  }

  get calibration(): Calibration | undefined {
    return this.latest;
  }

  /** Takes over the calibration of a snapshot. */
  use(calibration: Calibration | undefined): void {
    this.latest = calibration;
    this.attemptedWith = calibration?.records ?? 0;
    this.attemptedOn = this.place.models;
    this.changes = 0;
  }

  /** Someone searches by recall. Before that nothing is calibrated. */
  want(): void {
    this.isWanted = true;
    this.kick();
  }

  changed(): void {
    this.changes += 1;
  }

  /** Begins a calibration if one is wanted and pays. */
  kick(): void {
    if (!this.isDue) return;
    this.running = this.run()
      .catch(() => undefined)
      .finally(() => {
        this.running = undefined;
      });
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.running;
  }

  private get isDue(): boolean {
    if (!this.isWanted || this.running || !this.isOutdated) return false;
    const { count, isIdle, isEnded } = this.place;
    if (isEnded || !isIdle || count < RECORDS_MIN) return false;
    return this.place.effortRange(CALIBRATED_K[0]) !== undefined;
  }

  private get isOutdated(): boolean {
    if (this.attemptedWith === 0 || this.changes > DRIFT * this.attemptedWith) return true;
    const { models } = this.place;
    return this.attemptedOn.some((model, i) => model !== models[i]);
  }

  /** A failure leaves the calibration that there is; it is tried again when much has changed. */
  private async run(): Promise<void> {
    const { count } = this.place;
    this.attemptedWith = count;
    this.attemptedOn = this.place.models;
    this.changes = 0;
    const probes = this.place
      .sample(count > MANY ? PROBES_OF_MANY : PROBES)
      .map((probe) => ({ ...probe, truth: new Float32Array() }));
    await this.findTruth(probes);
    const curves: { readonly k: number; readonly points: CalibrationPoint[] }[] = [];
    for (const k of CALIBRATED_K) curves.push({ k, points: await this.curve(probes, k) });
    this.latest = { at: new Date().toISOString(), records: count, queries: probes.length, curves };
  }

  private async findTruth(probes: readonly Probe[]): Promise<void> {
    const most = Math.max(...CALIBRATED_K);
    const found = await this.inTurns(probes, most, { way: 'exact', oversample: TRUTH_OVERSAMPLE });
    for (const [i, probe] of probes.entries()) {
      probe.truth = distancesOfOthers(present(found[i], 'an answer'), probe.slot);
    }
  }

  private async curve(probes: readonly Probe[], k: number): Promise<CalibrationPoint[]> {
    const { min, max } = present(this.place.effortRange(k), 'a range of efforts');
    const points: CalibrationPoint[] = [];
    const measure = async (effort: number) => {
      const { recall, compared } = await this.recallAt(probes, k, effort);
      points.push({ effort, recall });
      return { recall, compared };
    };
    let before = 0;
    for (let effort = min; ; effort = Math.min(max, effort * 2)) {
      const { recall, compared } = await measure(effort);
      const isFlat = recall > 0.9 && recall - before < GAIN_MIN && effort > 4 * k;
      if (recall >= RECALL_ENOUGH || isFlat || compared > COMPARED_MAX || effort >= max) break;
      before = recall;
    }
    for (let round = 0; round < REFINEMENTS; round++) {
      for (const effort of steepEfforts(points, this.place.effortParts)) await measure(effort);
      points.sort((a, b) => a.effort - b.effort);
    }
    return levelled(points);
  }

  private async recallAt(probes: readonly Probe[], k: number, effort: number) {
    // What is counted for each hit is counted for the probe itself as well, which others do not ask for.
    const forOthers = (timesK: number) => (timesK * k + 1) / (k + 1);
    const found = await this.inTurns(probes, k, {
      way: 'index',
      effort: this.place.effortParts > 1 ? forOthers(effort) : effort,
      oversample: forOthers(OVERSAMPLE),
    });
    let hits = 0;
    let wanted = 0;
    let computations = 0;
    for (const [i, { slot, truth }] of probes.entries()) {
      const answer = present(found[i], 'an answer');
      const last = truth[Math.min(k, truth.length) - 1] ?? Number.POSITIVE_INFINITY;
      const tolerance = Math.abs(last) * 1e-6;
      const near = distancesOfOthers(answer, slot).filter((distance) => distance <= last + tolerance);
      // An effort that finds too few ends as a comparison with all, which is no merit of it.
      if (answer.effort > 0) {
        hits += Math.min(k, near.length);
        computations += answer.distanceComputations;
      }
      wanted += Math.min(k, truth.length);
    }
    return { recall: hits / Math.max(1, wanted), compared: computations / probes.length / this.place.count };
  }

  /** Asks with all probes, a few at a time, so that searches of others wait for milliseconds only. */
  private async inTurns(
    probes: readonly Probe[],
    k: number,
    how: Pick<SegmentSearch, 'way' | 'oversample'> & { readonly effort?: number },
  ): Promise<SegmentFound[]> {
    const found: SegmentFound[] = [];
    for (let from = 0, size = 1; from < probes.length; ) {
      if (this.place.isEnded) throw new Error('the index has ended');
      const part = probes.slice(from, from + size);
      const started = performance.now();
      const searches = part.map(({ query }) => ({
        effort: undefined,
        ...how,
        query,
        k: k + 1,
        exact: false,
        allowed: undefined,
      }));
      found.push(...(await this.place.measure(searches)));
      from += size;
      const tookMs = performance.now() - started;
      if (tookMs < TURN_MS / 2) size *= 2;
      else if (tookMs > TURN_MS * 2) size = Math.max(1, size >> 1);
    }
    return found;
  }
}

function distancesOfOthers({ slots, distances }: SegmentFound, own: number): Float32Array {
  return distances.filter((_, i) => slots[i] !== own);
}

/** Efforts halfway between those where recall grows much, as the eye would place them. */
function steepEfforts(points: readonly CalibrationPoint[], parts: number): number[] {
  return points.flatMap(({ effort, recall }, i) => {
    const next = points[i + 1];
    if (!next || next.recall < 0.5 || next.recall - recall <= STEP_MAX) return [];
    const middle = Math.round(Math.sqrt(effort * next.effort) * parts) / parts;
    return middle > effort && middle < next.effort ? [middle] : [];
  });
}
