import { Bell } from '../../base/bell.ts';
import { VecinoError } from '../../base/errors.ts';
import { Mutex } from '../../base/mutex.ts';
import { type CodeRange, type RangeStatistics, ScalarRange } from '../../quantizer/scalar-range.ts';
import type { IndexMemory } from './index-memory.ts';
import { linkPending } from './link-pending.ts';
import type { NodeStates } from './node-states.ts';
import type { Relayable } from './place.ts';
import { relaySegment } from './relay-segment.ts';
import { recodeFromStore, type VectorsOf } from './vectors-on-disk.ts';

/** Nodes that one task mends or codes. */
const TASK_NODES = 4_096;
/** Removed nodes are taken out when they are this share of the graph: below it a walk hardly notices them. */
const REMOVED_SHARE = 0.2;
const REMOVED_MIN = 1_024;
/** Share of changed records after which unreached nodes are looked for again. */
const CHECK_SHARE = 0.1;
const CHECK_MIN = 1_024;
/** Where learning has failed, it is tried again when this share of the records has changed. */
const RETRY_SHARE = 0.1;
const RETRY_MIN = 1_024;

/** The codes' range with what it was chosen from; kept with a snapshot. */
export interface CodeState {
  readonly range: CodeRange;
  readonly learnt: RangeStatistics;
}

/**
 * The work on the structure of one segment: linking what is pending, mending it around what was removed, coding
 * vectors, finding what walks miss. One thing at a time, on workers, in short turns.
 */
export class IndexUpkeep {
  private readonly place: Relayable;
  private readonly vectorsOf: VectorsOf;
  private readonly relayFailed: (error: unknown) => void;
  private readonly turns = new Mutex();
  /** Rings at the end of each turn. */
  private readonly turned = new Bell();
  /** Rings when a node was put or removed. */
  private readonly written = new Bell();
  private changedSinceCheck = 0;
  private changedSinceLaid = false;
  private codeRange: CodeRange | undefined;
  private seenRange = new ScalarRange();
  private recoding = false;
  private outgrown = false;
  /** Changes that must come before learning is tried again; 0 where it has not failed. */
  private changesToRetry = 0;
  private ended = false;
  /** Tasks that wait for their turn and must not wait long. */
  private hurried = 0;

  /**
   * @param vectorsOf reads vectors from the store, where the memory does not hold them
   * @param relayFailed told why the segment could not be laid out anew and stays as it is
   */
  constructor(place: Relayable, vectorsOf: VectorsOf, relayFailed: (error: unknown) => void) {
    this.place = place;
    this.vectorsOf = vectorsOf;
    this.relayFailed = relayFailed;
  }

  private get memory(): IndexMemory {
    return this.place.memory;
  }

  private get nodes(): NodeStates {
    return this.place.nodes;
  }

  /** Whether codes of two ranges are in memory: a walk would be misled, and searches compare with all. */
  get isRecoding(): boolean {
    return this.recoding;
  }

  /**
   * Whether the data have moved away from what the family learnt, or have become many times as many, and it has not
   * learnt anew yet. What a calibration found then holds no more.
   */
  get isOutgrown(): boolean {
    return this.outgrown;
  }

  get codes(): CodeState | null {
    return this.codeRange ? { range: this.codeRange, learnt: this.seenRange.learnt } : null;
  }

  /** Takes over the codes of a snapshot. */
  useCodes({ range, learnt }: CodeState): void {
    this.useRange(range);
    this.seenRange = new ScalarRange(learnt);
  }

  /** Takes note of a vector that is about to be written. */
  learn(vector: Float32Array): void {
    const { coded, originals } = this.memory.space.layout;
    if (!coded) return;
    this.seenRange.learn(vector);
    // Where no vectors are kept, codes are needed at once; they are made anew when more is known.
    if (originals === 'disk' && !this.codeRange) this.useRange(this.seenRange.choose(undefined));
  }

  /** Takes note that a node was put or removed. */
  changed(): void {
    this.changedSinceCheck += 1;
    this.changedSinceLaid = true;
    if (this.changesToRetry > 0) this.changesToRetry -= 1;
    this.written.ring();
  }

  /** Lets learning be tried again that has failed. */
  retry(): void {
    this.changesToRetry = 0;
  }

  /** Whether nodes were put or removed since they were laid out. */
  get hasChangedSinceLaid(): boolean {
    return this.changedSinceLaid;
  }

  /** The structure as a whole is not known to be sound: look for unreached nodes when all is linked. */
  distrust(): void {
    this.changedSinceCheck = Number.POSITIVE_INFINITY;
  }

  get isNeeded(): boolean {
    return this.mustMend || this.mustLearn || this.nodes.pendingCount > 0 || this.mustCheck;
  }

  /** Does the next thing that is needed. */
  async step(): Promise<void> {
    if (this.mustMend) await this.mend();
    else if (this.mustLearn) await this.exclusive(() => this.learnAnew());
    else if (this.nodes.pendingCount > 0) await this.exclusive(() => this.link());
    else if (this.mustCheck) await this.findStranded();
  }

  /** Runs something while the structure stands still. `DATABASE_CLOSED` after `end`. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.turns.run(async () => {
      if (this.ended) throw indexEnded();
      try {
        return await task();
      } finally {
        this.turned.ring();
      }
    });
  }

  /** The same without waiting for a segment to be laid out anew: that gives way, and begins again afterwards. */
  async exclusiveSoon<T>(task: () => Promise<T>): Promise<T> {
    this.hurried += 1;
    try {
      return await this.exclusive(task);
    } finally {
      this.hurried -= 1;
    }
  }

  /** Lets no new turn begin, and runs something after the last one. */
  end(task: () => Promise<void>): Promise<void> {
    this.ended = true;
    return this.turns.run(task);
  }

  /**
   * Resolves at the end of the next turn, or at that of `other`, which may well take long without a turn here: snapshots
   * are written, or another segment is laid out anew.
   */
  turnOr(other: Promise<void>): Promise<void> {
    let stopListening = () => {};
    const turn = new Promise<void>((resolve) => {
      stopListening = this.turned.listen(resolve);
    });
    return Promise.race([turn, other]).finally(() => stopListening());
  }

  /** Lays everything out anew in another memory, while searches and writes go on. */
  async compact(): Promise<void> {
    while (!(await this.exclusive(() => this.relay(false))));
  }

  /** Takes what is removed or replaced out of the structure, and frees the nodes of the removed. */
  async mend(): Promise<void> {
    if (!this.memory.family.builder) return;
    await this.exclusive(async () => {
      const nodes = this.nodes.allocator.end;
      const mending = this.nodes.startMending();
      await this.memory.run('mark', { nodes, replaced: mending.replaced });
      for (let from = 0; from < nodes; from += TASK_NODES) {
        await this.memory.run('repair', { from, to: Math.min(nodes, from + TASK_NODES) });
      }
      await this.memory.run('release', { nodes });
      mending.done();
    });
    this.distrust();
  }

  /** Finds the nodes that walks miss, which searches then compare with one by one. */
  async findStranded(): Promise<void> {
    if (!this.memory.family.builder) return;
    await this.exclusive(async () => {
      this.changedSinceCheck = 0;
      this.nodes.setStranded(await this.memory.run('unreachable', { nodes: this.nodes.allocator.end }));
    });
  }

  private get mustMend(): boolean {
    const { replacedCount, removedCount, count } = this.nodes;
    return replacedCount > 0 || removedCount > Math.max(REMOVED_MIN, count * REMOVED_SHARE);
  }

  private get mustLearn(): boolean {
    if (this.changesToRetry > 0) return false;
    const { family, space, options } = this.memory;
    const { learner } = family;
    const { count, pendingCount } = this.nodes;
    if (!learner || count < (learner.recordsMin?.(options) ?? 0)) return false;
    return learner.isDue(space, count, pendingCount === 0);
  }

  private get mustCheck(): boolean {
    const most = Math.max(CHECK_MIN, this.nodes.count * CHECK_SHARE);
    const { builder } = this.memory.family;
    return builder !== undefined && !builder.independent && this.changedSinceCheck > most;
  }

  /** For a while there are two memories, and the system may not have as much. The present one does its work. */
  private async learnAnew(): Promise<void> {
    if (this.memory.space.layout.coded) await this.recode();
    const { family, space } = this.memory;
    // What pays only because nothing else is to be done leaves searches as good as they were.
    this.outgrown ||= family.learner?.isDue(space, this.nodes.count, false) ?? false;
    try {
      if (await this.relay(true)) this.outgrown = false;
    } catch (error) {
      if (isEnd(error)) throw error;
      this.changesToRetry = Math.max(RETRY_MIN, this.nodes.count * RETRY_SHARE);
      this.relayFailed(error);
    }
  }

  /** Answers whether it was done: a relay gives way to what is in a hurry. */
  private async relay(learns: boolean): Promise<boolean> {
    this.changedSinceLaid = false;
    // Learning can take minutes and reads no structure, so the present one takes in what is written meanwhile.
    const linking = learns ? this.linkBeside() : undefined;
    try {
      await relaySegment(this.place, {
        learns,
        step: () => this.mayGoOn(),
        standStill: async () => linking?.end(),
      });
      return true;
    } catch (error) {
      this.changedSinceLaid = true;
      if (error === gaveWay) return false;
      throw error;
    } finally {
      await linking?.end();
    }
  }

  /** Links whatever is written, until it is told to end; resolves then when the last turn is over. */
  private linkBeside(): { end(): Promise<void> } {
    let ended = false;
    const linking = (async () => {
      // What was replaced waits to be mended.
      while (!ended) {
        if (this.nodes.pendingCount > this.nodes.replacedCount) await linkPending(this.place);
        else await this.written.rung();
        this.turned.ring();
      }
    })();
    // It is told to whoever ends it.
    linking.catch(() => undefined);
    return {
      end: () => {
        ended = true;
        this.written.ring();
        return linking;
      },
    };
  }

  private mayGoOn(): void {
    if (this.ended) throw indexEnded();
    if (this.hurried > 0) throw gaveWay;
  }

  private async link(): Promise<void> {
    if (this.memory.space.layout.coded) await this.recode();
    await linkPending(this.place);
  }

  /** Codes everything anew when the values have outgrown the range of the codes. */
  private async recode(): Promise<void> {
    const range = this.seenRange.choose(this.codeRange);
    if (range === this.codeRange) return;
    this.recoding = true;
    await this.nodes.searchesToEnd();
    const before = this.codeRange;
    this.useRange(range);
    const nodes = this.nodes.allocator.end;
    if (this.memory.space.layout.originals === 'disk') {
      await recodeFromStore(this.memory.space, nodes, this.vectorsOf, before);
    } else {
      for (let from = 0; from < nodes; from += TASK_NODES) {
        await this.memory.run('encode', { from, to: Math.min(nodes, from + TASK_NODES) });
      }
    }
    this.recoding = false;
  }

  private useRange(range: CodeRange): void {
    this.codeRange = range;
    this.memory.space.writeCodeRange(range.offset, range.scale, range.centre);
  }
}

/** Ends a relay that begins anew later; nobody else meets it. */
const gaveWay = new VecinoError('INTERNAL', 'laying out an index anew gives way and begins again later');

/** What work on the index is told that comes too late; the collection knows whether it was closed or dropped. */
export function indexEnded(): VecinoError {
  return new VecinoError('DATABASE_CLOSED', 'the collection was closed meanwhile; open it again');
}

export function isEnd(error: unknown): boolean {
  return error instanceof VecinoError && error.code === indexEnded().code;
}
