import { present } from '../../base/assert.ts';
import { seededRandom } from '../../base/random.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { FamilyLearner, Stage } from '../../index/family.ts';
import { type Keyed, sharedArray } from '../../index/relaying.ts';
import { copyVector } from '../../kernel/copy-nodes.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import { linkPending } from './link-pending.ts';
import type { Place, Relayable } from './place.ts';
import { reserveInSlices } from './reserve-in-slices.ts';
import { type Pieces, runInPieces, runInTimedPieces } from './run-in-pieces.ts';

export interface Relay {
  /** Whether the family learns from the data anew; otherwise it takes over what it knows. */
  readonly learns: boolean;
  /** Called between two tasks; may throw to end the relay. */
  readonly step: () => void;
  /** Resolves when nothing is linked in the old memory any more, until the relay is over. */
  readonly standStill: () => Promise<void>;
}

/** Nodes between two chances to pause. */
const SLICE = 256;
/** With at most this many touched slots left, they are taken over in one go. */
const LAST = 64;
/** With at most this many left, or after so many rounds, the old memory stands still. */
const FEW = 4_096;
const ROUNDS_BESIDE = 3;
/** Nodes that one task copies: some milliseconds. */
const COPIED = 2_048;

/**
 * Lays a segment out anew in another memory, which may learn from the data on the way, and puts it in the old one's
 * place. To be called while the structure stands still; searches and writes go on in the old memory all the time. Where
 * it learns, so does linking, because then nothing is read of the old structure:
 *
 * 1. From the start, the slots that writes touch are noted.
 * 2. If the family is to learn, a sample is copied and the stages of learning run over it; otherwise what it knows is
 *    copied. Where nodes are laid out by what was learnt, they are asked for their keys.
 * 3. Workers copy the nodes in their order, the owner makes their states, and workers fill the structure or take it
 *    over.
 * 4. In slices, the owner takes over what was touched meanwhile, and workers link it. When next to nothing is left, the
 *    rest and the exchange happen in one go.
 *
 * Whatever ends it before the exchange leaves the old memory as it was.
 */
export async function relaySegment(segment: Relayable, relay: Relay): Promise<void> {
  const { memory, nodes } = segment;
  const { learner } = memory.family;
  // A structure that goes along has no place for what is not linked yet; one that is filled anew has.
  const touched = new Set(learner ? [] : nodes.pendingSlots());
  const learning = relay.learns ? learner : undefined;
  const room = learning ? learning.room(memory.options, nodes.count) : memory.room;
  const next = segment.another(room);
  next.nodes.isSpare = true;
  segment.touched = touched;
  try {
    const relaying = new Relaying({ memory, nodes }, next, touched, relay);
    await relaying.run(learning, () => {
      segment.touched = undefined;
      segment.memory = next.memory;
      segment.nodes = next.nodes;
      next.nodes.isSpare = false;
      nodes.handOver(next.nodes);
    });
  } catch (error) {
    segment.touched = undefined;
    next.memory.release();
    throw error;
  }
  void nodes.searchesToEnd().then(() => memory.release());
}

/** One relay under way. */
class Relaying {
  private readonly old: Place;
  private readonly next: Place;
  private readonly touched: Set<number>;
  private readonly relay: Relay;
  private readonly slice = new TimeSlice();

  constructor(old: Place, next: Place, touched: Set<number>, relay: Relay) {
    this.old = old;
    this.next = next;
    this.touched = touched;
    this.relay = relay;
  }

  /** @param exchange puts the new memory in the old one's place, right when nothing is left to be taken over */
  async run(learning: FamilyLearner | undefined, exchange: () => void): Promise<void> {
    const { memory, nodes } = this.old;
    const asTheyLie = await memory.run('order', { nodes: nodes.allocator.end });
    this.relay.step();
    await reserveInSlices(this.next.memory.space, asTheyLie.length);
    this.next.memory.space.copyCodeRange(memory.space);
    if (learning) await this.learn(learning, asTheyLie);
    else await this.next.memory.run('copyModel', { source: memory.space.shared });

    const { order, keys } = await this.laidOut(asTheyLie, learning !== undefined);
    await this.copy(order, true);
    await this.makeStates(order);
    const { learner } = memory.family;
    if (learner) await this.runStages(learner.fillStages(this.next.memory.space, order.length, keys), keys);
    else await this.moveStructure(order);
    for (let round = 0; ; round++) {
      if (this.touched.size <= FEW || round === ROUNDS_BESIDE) await this.relay.standStill();
      if (this.touched.size <= LAST) break;
      await this.takeOverTouched();
    }
    for (const slot of this.touched) this.takeOver(slot);
    exchange();
  }

  private async learn(learner: FamilyLearner, order: Uint32Array): Promise<void> {
    const { space, options } = this.next.memory;
    const sample = sampleOf(order, learner.sample(options, order.length), options);
    await this.copy(sample, false);
    await this.runStages(learner.stages(space, options, sample.length, order.length), undefined);
  }

  /** The order in which nodes come to lie, and their keys where they are laid out by what was learnt. */
  private async laidOut(order: Uint32Array, learns: boolean): Promise<Omit<Keyed, 'keys'> & Partial<Keyed>> {
    const { learner } = this.old.memory.family;
    if (!learner?.assign) return { order };
    const known = !learns && learner.keys ? await this.old.memory.run('keys', { order }) : undefined;
    const keys = known ?? (await this.assigned(order));
    this.relay.step();
    return this.next.memory.run('sortByKey', { order, keys });
  }

  private async assigned(order: Uint32Array): Promise<Uint32Array> {
    const { memory } = this.next;
    await this.copy(order, false);
    const keys = sharedArray(order.length);
    await runInTimedPieces(memory.workers, order.length, async (from, to, worker) => {
      this.relay.step();
      keys.set(present(await memory.run('assign', { from, to }, worker), 'keys of nodes'), from);
    });
    return keys;
  }

  /**
   * Copies nodes to the first places of the new memory.
   *
   * @param isFinal whether they stay there: only then they get the codes that they may not have had yet
   */
  private async copy(order: Uint32Array, isFinal: boolean): Promise<void> {
    const { memory } = this.old;
    const { coded, originals } = memory.space.layout;
    const encodes = isFinal && coded && originals !== 'disk' && memory.family.learner !== undefined;
    const source = memory.space.shared;
    const pieces = { items: order.length, grain: COPIED, parallel: true };
    await this.inPieces(pieces, (from, to, worker) =>
      this.next.memory.run('copy', { source, order, from, to, encodes }, worker),
    );
  }

  /** From here on the states of the new memory are whole, but for what is touched. */
  private async makeStates(order: Uint32Array): Promise<void> {
    const { memory, nodes } = this.old;
    const isFilledAnew = memory.family.learner !== undefined;
    for (const [node, from] of order.entries()) {
      const live = nodes.live.has(from) && !this.touched.has(memory.space.slotOf(from));
      if (live || !isFilledAnew) this.next.nodes.moved(node, live);
      else this.next.nodes.leftOut(node);
      if (node % SLICE === 0) await this.pause();
    }
  }

  private async moveStructure(order: Uint32Array): Promise<void> {
    const { memory } = this.old;
    const { builder } = memory.family;
    if (!builder?.moveStages) return;
    const source = memory.space.shared;
    const nodes = memory.space.blocks * BLOCK_SLOTS;
    const newOf = await this.next.memory.run('places', { order, nodes });
    for (const { name: stage, ...pieces } of builder.moveStages(order.length)) {
      await this.inPieces(pieces, (from, to, worker) =>
        this.next.memory.run('move', { source, order, newOf, stage, from, to }, worker),
      );
    }
  }

  private async runStages(stages: readonly Stage[], keys: Uint32Array | undefined): Promise<void> {
    for (const { name: stage, ...pieces } of stages) {
      await this.inPieces(pieces, (from, to, worker) =>
        this.next.memory.run('stage', { stage, from, to, keys }, worker),
      );
    }
  }

  private async takeOverTouched(): Promise<void> {
    for (const slot of [...this.touched]) {
      this.touched.delete(slot);
      this.takeOver(slot);
      await this.pause();
    }
    // A structure that has gone along is linked to when it has taken the other's place.
    while (this.old.memory.family.learner && this.next.nodes.pendingCount > 0) {
      await linkPending(this.next);
      this.relay.step();
    }
  }

  /** Brings one slot of the new memory to where it stands in the old one. What is set aside only, `put` places. */
  private takeOver(slot: number): void {
    const { memory, nodes } = this.old;
    const next = this.next.memory.space;
    const { learner, builder } = memory.family;
    const from = nodes.nodeOf(slot);
    const to = this.next.nodes.nodeOf(slot);
    // Nobody searches here yet, so that what is gone or replaced leaves at once, and is no stepping stone.
    if (to !== undefined && learner && next.isLinked(to)) builder?.mark(next, 0, Uint32Array.of(to));
    if (from === undefined || !nodes.live.has(from)) {
      if (to !== undefined) this.next.nodes.remove(to);
      return;
    }
    const node = to ?? this.next.nodes.place(slot);
    copyVector(memory.space, from, next, node);
    if (to !== undefined && !learner && nodes.standing(from) === 'live') this.next.nodes.revive(to);
    else this.next.nodes.put(node);
  }

  private inPieces(
    pieces: Pieces,
    task: (from: number, to: number, worker: number | undefined) => Promise<unknown>,
  ): Promise<void> {
    return runInPieces(this.next.memory.workers, pieces, async (from, to, worker) => {
      this.relay.step();
      await task(from, to, worker);
    });
  }

  private async pause(): Promise<void> {
    await this.slice.pause();
    this.relay.step();
  }
}

/**
 * So many nodes from all over: one from each of as many equal stretches, at a place that the seed decides. They come in
 * no order, because families learn some of what they learn from the first or the last of a sample, and nodes lie by age
 * or by what was learnt before.
 */
function sampleOf(order: Uint32Array, wanted: number, options: object): Uint32Array {
  const size = Math.min(wanted, order.length);
  const random = seededRandom('seed' in options && typeof options.seed === 'number' ? options.seed : 0);
  const sample = sharedArray(size);
  for (let i = 0; i < size; i++) {
    const node = order[Math.floor(((i + random()) * order.length) / size)] ?? 0;
    // Shuffled as it grows (Durstenfeld's form of the Fisher-Yates shuffle, inside out).
    const place = Math.floor(random() * (i + 1));
    sample[i] = sample[place] ?? 0;
    sample[place] = node;
  }
  return sample;
}
