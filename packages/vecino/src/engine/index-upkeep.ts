import { VecinoError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { type CodeRange, type RangeStatistics, ScalarRange } from '../quantizer/scalar-range.ts';
import type { IndexMemory } from './index-memory.ts';
import type { SlotStates } from './slot-states.ts';

/** Length of one turn of building, after which a worker looks for other tasks. */
const LINK_TURN_MS = 8;
const LINK_CHUNK = 512;
/** Slots that one task mends or codes. */
const TASK_SLOTS = 4_096;
/** Removed nodes are taken out when they are this share of the graph: below it a walk hardly notices them. */
const REMOVED_SHARE = 0.2;
const REMOVED_MIN = 1_024;
/** Share of changed records after which unreached nodes are looked for again. */
const CHECK_SHARE = 0.1;
const CHECK_MIN = 1_024;

/** The codes' range with what it was chosen from; kept with a snapshot. */
export interface CodeState {
  readonly range: CodeRange;
  readonly learnt: RangeStatistics;
}

/**
 * The work on the structure of one index: linking what is pending, mending it around what was removed, coding
 * vectors, finding what walks miss. One thing at a time, on workers, in short turns.
 */
export class IndexUpkeep {
  private readonly memory: IndexMemory;
  private readonly slots: SlotStates;
  private readonly turns = new Mutex();
  private changedSinceCheck = 0;
  private codeRange: CodeRange | undefined;
  private seenRange = new ScalarRange();
  private recoding = false;
  private ended = false;

  constructor(memory: IndexMemory, slots: SlotStates) {
    this.memory = memory;
    this.slots = slots;
  }

  /** Whether codes of two ranges are in memory: a walk would be misled, and searches compare with all. */
  get isRecoding(): boolean {
    return this.recoding;
  }

  get codes(): CodeState | null {
    return this.codeRange ? { range: this.codeRange, learnt: this.seenRange.learnt } : null;
  }

  /** Takes over the codes of a snapshot. */
  useCodes({ range, learnt }: CodeState): void {
    this.useRange(range);
    this.seenRange = new ScalarRange(learnt);
  }

  /** Takes note of a vector that was written. */
  learn(vector: Float32Array): void {
    if (this.memory.space.layout.coded) this.seenRange.learn(vector);
  }

  /** Takes note that a slot was put or removed. */
  changed(): void {
    this.changedSinceCheck += 1;
  }

  /** The structure as a whole is not known to be sound: look for unreached nodes when all is linked. */
  distrust(): void {
    this.changedSinceCheck = Number.POSITIVE_INFINITY;
  }

  get isNeeded(): boolean {
    return this.mustMend || this.slots.pendingCount > 0 || this.mustCheck;
  }

  /** Does the next thing that is needed. */
  async step(): Promise<void> {
    if (this.mustMend) await this.mend();
    else if (this.slots.pendingCount > 0) await this.exclusive(() => this.link());
    else if (this.mustCheck) await this.findStranded();
  }

  /** Runs something while the structure stands still. `DATABASE_CLOSED` after `end`. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.turns.run(() => {
      if (this.ended) throw indexEnded();
      return task();
    });
  }

  /** Lets no new turn begin, and runs something after the last one. */
  end(task: () => Promise<void>): Promise<void> {
    this.ended = true;
    return this.turns.run(task);
  }

  /** Resolves at the end of the turn that is under way. */
  turn(): Promise<void> {
    return this.turns.idle();
  }

  /** Takes what is removed or replaced out of the structure, and frees the slots of the removed. */
  async mend(): Promise<void> {
    if (!this.memory.family.builder) return;
    await this.exclusive(async () => {
      const slots = this.slots.allocator.end;
      const mending = this.slots.startMending();
      await this.memory.run('mark', { slots, replaced: mending.replaced });
      for (let from = 0; from < slots; from += TASK_SLOTS) {
        await this.memory.run('repair', { from, to: Math.min(slots, from + TASK_SLOTS) });
      }
      await this.memory.run('release', { slots });
      mending.done();
    });
    this.distrust();
  }

  /** Finds the nodes that walks miss, which searches then compare with one by one. */
  async findStranded(): Promise<void> {
    if (!this.memory.family.builder) return;
    await this.exclusive(async () => {
      this.changedSinceCheck = 0;
      this.slots.setStranded(await this.memory.run('unreachable', { slots: this.slots.allocator.end }));
    });
  }

  private get mustMend(): boolean {
    const { replacedCount, removedCount, count } = this.slots;
    return replacedCount > 0 || removedCount > Math.max(REMOVED_MIN, count * REMOVED_SHARE);
  }

  private get mustCheck(): boolean {
    const most = Math.max(CHECK_MIN, this.slots.count * CHECK_SHARE);
    return this.memory.family.builder !== undefined && this.changedSinceCheck > most;
  }

  /** One turn of every worker. */
  private async link(): Promise<void> {
    if (this.memory.space.layout.coded) await this.recode();
    const shares = this.slots.takeForLinking(this.memory.workers, LINK_CHUNK);
    await Promise.all(
      shares.map(async (slots, worker) => {
        const done = await this.memory.run('link', { slots, timeMs: LINK_TURN_MS }, worker);
        this.slots.linked(slots, done);
      }),
    );
  }

  /** Codes everything anew when the values have outgrown the range of the codes. */
  private async recode(): Promise<void> {
    const range = this.seenRange.choose(this.codeRange);
    if (range === this.codeRange) return;
    this.recoding = true;
    await this.slots.searchesToEnd();
    this.useRange(range);
    const slots = this.slots.allocator.end;
    for (let from = 0; from < slots; from += TASK_SLOTS) {
      await this.memory.run('encode', { from, to: Math.min(slots, from + TASK_SLOTS) });
    }
    this.recoding = false;
  }

  private useRange(range: CodeRange): void {
    this.codeRange = range;
    this.memory.space.writeCodeRange(range.offset, range.scale);
  }
}

/** What work on the index is told that comes too late; the collection knows whether it was closed or dropped. */
export function indexEnded(): VecinoError {
  return new VecinoError('DATABASE_CLOSED', 'the collection was closed meanwhile; open it again');
}
