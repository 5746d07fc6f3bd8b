import type { AdviceConfiguration, AdviceSample } from '../api/advice.ts';
import { CANDIDATES, type Candidate, smaller } from './candidates.ts';
import { type Contender, contendersOf, grouped, memoryText, rounded } from './choose.ts';
import type { Course } from './course.ts';
import { type Fixed, forecast } from './forecast.ts';
import { type Seen, secondSize, secondsAt } from './plan.ts';
import type { ReadAdviseOptions } from './read-options.ts';
import type { Sample, SourceRecord } from './source.ts';
import { sweep } from './sweep.ts';
import type { Trial } from './trial.ts';

/** A candidate and what has been seen of it so far. */
interface Attempt {
  readonly candidate: Candidate;
  readonly samples: AdviceSample[];
  allSeconds: number;
  dropped: string | undefined;
}

/** Shares of the budget after which the first size is left for the second. */
const FIRST_END = 0.5;
/** Queries of a sweep, and how often all are asked with the efforts around the target: at the first size and at the second. */
const ROUGH = { queries: 200, repetitions: 3 } as const;
const THOROUGH = { queries: 500, repetitions: 5 } as const;
/** The first of the ranking are measured even where no time is left to check the best of them. */
const CHECKED_LATER = 2;
/** Seconds of one sweep, as a share of the budget. */
const SWEEP_SHARE = 0.03;
/** Of configurations that take too much memory, so many of the fastest are tried with smaller vectors. */
const SMALLER_TRIED = 3;

/** The configurations on trial: all at a first size, those that may win at a second one. */
export class Attempts {
  private readonly trial: Trial;
  private readonly course: Course;
  private readonly options: ReadAdviseOptions;
  private readonly fixed: Fixed;
  private readonly attempts: Attempt[];
  /** What the trial has at this moment. */
  private built: Candidate | undefined;
  private exactQps: number | undefined;

  constructor(trial: Trial, course: Course, options: ReadAdviseOptions, fixed: Fixed) {
    this.trial = trial;
    this.course = course;
    this.options = options;
    this.fixed = fixed;
    this.attempts = CANDIDATES.map((candidate) => ({
      candidate,
      samples: [],
      allSeconds: 0,
      dropped: undefined,
    }));
  }

  /** Everything once, the cheapest to build first. */
  async first(): Promise<void> {
    const end = FIRST_END * this.options.budgetSeconds;
    for (const attempt of this.attempts) await this.tryUntil(attempt, end);
    for (const candidate of this.tooLarge().flatMap(smaller)) {
      const attempt = { candidate, samples: [], allSeconds: 0, dropped: undefined };
      this.attempts.push(attempt);
      await this.tryUntil(attempt, end);
    }
  }

  /** Those that may win, and the best of each family, with as many records as there is time for. */
  async second(sample: Sample, heldOut: number, available: number, readSeconds: number): Promise<void> {
    const { course, trial } = this;
    const first = trial.records;
    const ranking = this.ranking();
    const seen = ranking.map((attempt) => this.seenOf(attempt));
    const size = secondSize(available, first, seen, readSeconds, course.secondsLeft);
    if (size === undefined) return;
    const records = await sample.first(heldOut + size, () => course.mayGoOn());
    await this.grow(records.slice(heldOut));
    const covered = new Set<string>();
    for (const [i, attempt] of ranking.entries()) {
      const { candidate } = attempt;
      const [leader] = contendersOf(this.configurations());
      const own = forecast(this.knownOf(attempt), this.options.records);
      const isHopeless = leader !== undefined && own !== undefined && own.qps.high < leader.forecast.qps.low;
      if (covered.has(candidate.family) && (isHopeless || own === undefined)) {
        attempt.dropped = `not measured with ${grouped(size)} records: it is foretold to be slower than ${leader?.name}`;
        continue;
      }
      const needed = secondsAt(this.seenOf(attempt), first, size);
      const kept = i < CHECKED_LATER ? 0 : this.checkSeconds(first, size);
      if (needed > course.secondsLeft - kept) {
        attempt.dropped = this.outOfTime(`not measured with ${grouped(size)} records`);
        continue;
      }
      const isMeasured = await this.attempt(attempt, course.secondsLeft - kept, THOROUGH);
      if (isMeasured) covered.add(candidate.family);
      else attempt.dropped = this.outOfTime(`not measured with ${grouped(size)} records`);
    }
  }

  /** Brings the trial to another size; its index is then flat. */
  async grow(records: readonly SourceRecord[]): Promise<void> {
    await this.trial.grow(records);
    this.built = CANDIDATES.find(({ family }) => family === 'flat');
    this.exactQps = undefined;
  }

  /** Whether anything but exact search was measured. */
  get hasApproximate(): boolean {
    return this.attempts.some(({ candidate, samples }) => candidate.family !== 'flat' && samples.length > 0);
  }

  configurations(): AdviceConfiguration[] {
    return this.attempts.map((attempt) => {
      const { candidate, samples, dropped } = attempt;
      const { name, family, index, effortOption } = candidate;
      const foretold = forecast(this.knownOf(attempt), this.options.records);
      return {
        name,
        family,
        index,
        ...(effortOption !== undefined && { effortOption }),
        samples,
        ...(foretold && { forecast: foretold }),
        misses: this.missesOf(attempt),
        ...(dropped !== undefined && { dropped }),
      };
    });
  }

  /** Foretells a configuration's figures for another number of records. */
  forecastAt({ name }: { readonly name: string }, records: number) {
    const attempt = this.attempts.find(({ candidate }) => candidate.name === name);
    return attempt && forecast(this.knownOf(attempt), records);
  }

  /** Whether the trial has this configuration, and otherwise how long it takes to build it. */
  secondsToBuild({ name, samples }: Contender): number {
    return this.built?.name === name ? 0 : (samples.at(-1)?.buildSeconds ?? 0);
  }

  private async tryUntil(attempt: Attempt, end: number): Promise<void> {
    const left = end - this.course.seconds;
    const isMeasured = left > 0 && (await this.attempt(attempt, left, ROUGH));
    if (!isMeasured) attempt.dropped = this.outOfTime('not built');
  }

  private async attempt(
    attempt: Attempt,
    secondsMax: number,
    thoroughness: typeof ROUGH | typeof THOROUGH,
  ): Promise<boolean> {
    const { course, trial, options } = this;
    const { candidate } = attempt;
    const begun = course.seconds;
    course.step('building', trial.records, candidate.name);
    const buildSeconds = await trial.build(candidate.index, secondsMax);
    if (buildSeconds === undefined) {
      this.built = undefined;
      return false;
    }
    this.built = candidate;
    course.step('measuring', trial.records, candidate.name);
    const bytes = await trial.bytes();
    const figures = await sweep(trial, candidate, options, course, {
      ...thoroughness,
      seconds: SWEEP_SHARE * options.budgetSeconds,
      exactQps: this.exactQps,
      from: lowEffortOf(attempt.samples.at(-1)),
    });
    if (candidate.family === 'flat') this.exactQps = figures.atTarget?.qps;
    const updatesPerSecond = await trial.measureUpdates();
    attempt.samples.push({ records: trial.records, buildSeconds, ...bytes, ...figures, updatesPerSecond });
    attempt.allSeconds = course.seconds - begun;
    return true;
  }

  /** What was measured, the most promising first; those that cannot be chosen last. */
  private ranking(): Attempt[] {
    const measured = this.attempts.filter(({ samples }) => samples.length > 0);
    const speedOf = (attempt: Attempt) => {
      const qps = forecast(this.knownOf(attempt), this.options.records)?.qps.value ?? 0;
      // Among more records an index may serve that was no use among few.
      const isEarly = attempt.samples.length === 1 && attempt.samples[0]?.comparesWithAll;
      return isEarly || this.missesOf(attempt).length === 0 ? qps : qps * 1e-6;
    };
    const speeds = new Map(measured.map((attempt) => [attempt, speedOf(attempt)]));
    return measured.toSorted((a, b) => (speeds.get(b) ?? 0) - (speeds.get(a) ?? 0));
  }

  /** What checking the best one will take: to build it again, and to wait until it has tuned itself. */
  private checkSeconds(first: number, size: number): number {
    const [leader] = this.ranking();
    return leader ? secondsAt(this.seenOf(leader), first, size) : 0;
  }

  private tooLarge(): Candidate[] {
    const { memoryBytes, records } = this.options;
    if (memoryBytes === undefined) return [];
    const [leader] = contendersOf(this.configurations());
    return this.attempts
      .filter((attempt) => {
        const foretold = forecast(this.knownOf(attempt), records);
        if (foretold === undefined || foretold.memoryBytes.value <= memoryBytes) return false;
        return foretold.qps.value > (leader?.forecast.qps.value ?? 0);
      })
      .slice(0, SMALLER_TRIED)
      .map(({ candidate }) => candidate);
  }

  private missesOf(attempt: Attempt): string[] {
    const { samples, candidate } = attempt;
    const { recall, memoryBytes, updatesPerSecond, records } = this.options;
    const last = samples.at(-1);
    if (!last) return ['it was not measured'];
    const misses: string[] = [];
    const foretold = forecast(this.knownOf(attempt), records);
    if (!foretold) {
      const best = last.points.reduce((a, b) => (b.recall > a.recall ? b : a));
      misses.push(
        `recall ${recall} was not reached before it was slower than exact search: ${best.recall.toFixed(3)} at ${candidate.effortOption ?? 'best'} ${best.effort}`,
      );
    }
    if (last.comparesWithAll)
      misses.push(`it compares with all ${grouped(last.records)} records, as flat does`);
    const bytes = foretold?.memoryBytes.value ?? 0;
    if (memoryBytes !== undefined && bytes > memoryBytes) {
      misses.push(`it takes ${memoryText(bytes)} of memory, more than ${memoryText(memoryBytes)}`);
    }
    const updates = last.updatesPerSecond ?? 0;
    if (updates < updatesPerSecond) {
      misses.push(`it takes ${rounded(updates)} updates a second, fewer than ${rounded(updatesPerSecond)}`);
    }
    return misses;
  }

  private knownOf({ candidate, samples }: Attempt) {
    return { candidate, samples, fixed: this.fixed };
  }

  private seenOf({ candidate, samples, allSeconds }: Attempt): Seen {
    return { candidate, buildSeconds: samples[0]?.buildSeconds ?? 0, allSeconds };
  }

  private outOfTime(what: string): string {
    return `${what}: the budget of ${this.options.budgetSeconds} s did not last; give more budgetSeconds`;
  }
}

/** Recalls below this are of no interest once the curve is known roughly. */
const LOW_RECALL = 0.6;

/** The last effort that finds little: the next size, which needs more, begins there. */
function lowEffortOf(sample: AdviceSample | undefined): number {
  return sample?.points.findLast(({ recall }) => recall < LOW_RECALL)?.effort ?? 0;
}
