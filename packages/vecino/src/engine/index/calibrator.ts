import type { Calibration } from '../../api/collection-stats.ts';
import { CALIBRATED_K } from './calibration.ts';
import { type Measurable, measureCurves } from './measure-curves.ts';

/** What a calibration is made on. */
export interface Calibratable extends Measurable {
  /** What the structure has learnt from the data, by identity: others where it may have been learnt anew. */
  readonly models: readonly object[];
  /** Whether nothing is to be done but this. */
  readonly isIdle: boolean;
}

/** With fewer records comparing with all is cheaper than anything else. */
const RECORDS_MIN = 1_000;
/** Records that may have changed since, as a share of those that it was made from. */
const DRIFT = 0.3;

/** Sees to it that it is known which effort gives which recall, as soon as someone wants to know. */
export class Calibrator {
  private readonly ground: Calibratable;
  private latest: Calibration | undefined;
  private isWanted = false;
  /** Records put or removed since the last calibration, or the last attempt at one. */
  private changes = 0;
  private attemptedWith = 0;
  private attemptedOn: readonly object[] = [];
  private running: Promise<void> | undefined;

  constructor(ground: Calibratable) {
    this.ground = ground;
  }

  get calibration(): Calibration | undefined {
    return this.latest;
  }

  /** Takes over the calibration of a snapshot. */
  use(calibration: Calibration | undefined): void {
    this.latest = calibration;
    this.attemptedWith = calibration?.records ?? 0;
    this.attemptedOn = this.ground.models;
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
    const { count, isIdle, isEnded } = this.ground;
    if (isEnded || !isIdle || count < RECORDS_MIN) return false;
    return this.ground.effortRange(CALIBRATED_K[0]) !== undefined;
  }

  private get isOutdated(): boolean {
    if (this.attemptedWith === 0 || this.changes > DRIFT * this.attemptedWith) return true;
    const { models } = this.ground;
    return this.attemptedOn.some((model, i) => model !== models[i]);
  }

  /** A failure leaves the calibration that there is; it is tried again when much has changed. */
  private async run(): Promise<void> {
    const { count, models } = this.ground;
    this.attemptedWith = count;
    this.attemptedOn = models;
    this.changes = 0;
    const measured = await measureCurves(this.ground);
    this.latest = { at: new Date().toISOString(), records: count, ...measured };
  }
}
