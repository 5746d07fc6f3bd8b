import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import type { StoredVectors } from '../../storage/store.ts';
import { chooseIndex } from '../auto-policy.ts';
import type { CollectionState } from '../collection-state.ts';
import { readIndexChoice, storedFormOf } from '../index-choice.ts';
import type { Reindexer } from '../reindexer.ts';
import type { VectorField } from '../vector-field.ts';
import { requireTexts } from './missing-texts.ts';
import { NextVectors } from './next-vectors.ts';
import { clearLeftSets, isPresent, pendingSet } from './pending-set.ts';
import type { ReadReembedding, ReadTarget } from './read-target.ts';
import { Report } from './report.ts';
import { SetFiller } from './set-filler.ts';

/** Writes wait while so many records, which came last, are embedded. */
const LAST_FEW = 64;
/** Where writes come faster than the model embeds, they wait after so many attempts to catch up. */
const ROUNDS = 8;

/**
 * Moves a field of a collection to another model, one at a time:
 *
 * 1. A set of vectors is begun in the store, or found again after an interruption.
 * 2. Texts are embedded in the order of their records' changes, and written to the set. Who changes a record takes its
 *    new vector away and gives it a later number, so that writes are followed.
 * 3. An index of the new vectors is built in memory beside the present one.
 * 4. While no write is under way, the few that came last are embedded, the sets are exchanged in one small
 *    transaction, and the indexes in memory.
 * 5. The old vectors are removed from the store, some thousand at a time.
 *
 * A crash before 4 leaves the set, one after it the removal, and both the collection as it was just before or after.
 */
export class Reembedder {
  private readonly state: CollectionState;
  private readonly border: number | undefined;
  private readonly reindexerOf: (field: VectorField) => Reindexer;
  private isRunning = false;

  /** @param border of the automatic choice of the index, other than the measured one for tests */
  constructor(
    state: CollectionState,
    reindexerOf: (field: VectorField) => Reindexer,
    border: number | undefined,
  ) {
    this.state = state;
    this.reindexerOf = reindexerOf;
    this.border = border;
  }

  async reembed(thing: string, read: ReadReembedding): Promise<boolean> {
    if (this.isRunning) {
      throw new VecinoError(
        'REEMBED_RUNNING',
        `${thing}: another change of the model is under way, expected one at a time; wait for it, or end it by its signal`,
      );
    }
    this.isRunning = true;
    try {
      return await this.change(thing, read);
    } finally {
      this.isRunning = false;
    }
  }

  private async change(thing: string, { target, onProgress, signal }: ReadReembedding): Promise<boolean> {
    const { state } = this;
    const mayGoOn = () => {
      state.requireOpen();
      if (signal?.aborted) throw cancelled(thing, target);
    };
    mayGoOn();
    if (isPresent(target)) {
      await this.leaveOthers(target);
      return false;
    }
    await state.removal?.removeAll();
    const begun = pendingSet(state, target);
    await requireTexts(state, thing, target, begun);
    mayGoOn();
    const set = begun ?? (await this.begin(target));
    const report = new Report(onProgress);
    let next: NextVectors | undefined;
    const done = begun === undefined ? 0 : state.store.reader.countOfSet(state.id, set);
    const total = () => target.field.live.count();
    report.begin('embedding', done, total());
    const filler = new SetFiller({
      ...{ state, thing, target, set, signal },
      floats: floatsOf(this.indexOf(thing, target)),
      step: (embedded) => {
        mayGoOn();
        report.pass('embedding', embedded, total());
      },
      stored: (slots) => {
        for (const slot of slots) next?.forget(slot);
      },
    });
    try {
      await filler.run();
    } catch (error) {
      // Who ends it while the model works need not be told how the model took it.
      mayGoOn();
      throw error;
    }
    await this.reindexerOf(target.field).standStill(async () => {
      next = new NextVectors(state.id, state.store.reader, target.field, this.storedOf(thing, target, set));
      await this.takeOver(target, next, filler, mayGoOn, report);
    });
    report.begin('clearing', 0, total());
    await clearLeftSets(state, (slots) => {
      report.reach('clearing', slots, total());
      return !signal?.aborted;
    });
    await state.writer.reclaim();
    return true;
  }

  private async begin({ field, stored }: ReadTarget): Promise<number> {
    const { id, writer } = this.state;
    return writer.changeVectorSets({ kind: 'begin', collection: id, field: field.number, target: stored });
  }

  /** Drops what was begun for other models. */
  private async leaveOthers({ field }: ReadTarget): Promise<void> {
    const { state } = this;
    for (const { number: set, field: own } of state.store.reader.vectorSets(state.id)) {
      if (own === field.number)
        await state.writer.changeVectorSets({ kind: 'leave', collection: state.id, set });
    }
    await clearLeftSets(state);
  }

  /** Indexes the vectors and puts them in the place of the old ones. */
  private async takeOver(
    { field, embedding, source }: ReadTarget,
    next: NextVectors,
    filler: SetFiller,
    mayGoOn: () => void,
    report: Report,
  ): Promise<void> {
    const { state } = this;
    const step = (records: number, total: number) => {
      mayGoOn();
      report.reach('indexing', records, total);
    };
    let retired: Promise<void> | undefined;
    state.exchange.join(next);
    try {
      report.begin('indexing', 0, field.live.count());
      for (let round = 0; round < ROUNDS; round++) {
        const came = (await next.copy(mayGoOn)) + (await filler.run());
        await next.index.build(step);
        if (came <= LAST_FEW) break;
      }
      await state.writes.run(async () => {
        mayGoOn();
        await filler.run();
        await next.copy(mayGoOn);
        await state.exchange.run(async () => {
          const { vectorSet: set, index } = next.stored;
          await state.writer.changeVectorSets({
            ...{ kind: 'use', collection: state.id, set, index },
            text: field.name === undefined ? null : source.text,
          });
          retired = field.exchange(next, embedding);
        });
      });
    } catch (error) {
      state.exchange.leave(next);
      state.slots.leave(next.index);
      await next.close();
      if (!state.isEnded) await state.slots.findFree();
      throw error;
    }
    state.exchange.leave(next);
    await present(retired, 'the old index');
    await next.index.settle();
  }

  /** What the store will say of the field. */
  private storedOf(thing: string, target: ReadTarget, set: number): StoredVectors {
    const { field, stored } = target;
    const { dimension, metric, embedding } = stored;
    const index = storedFormOf(this.indexOf(thing, target));
    const text = field.name === undefined ? {} : { text: target.source.text };
    return { ...field.stored, dimension, metric, embedding, index, vectorSet: set, ...text };
  }

  /** What is built: where the choice is ours, what suits so many of the new vectors. */
  private indexOf(thing: string, { field, embedding: { dimension }, metric, index }: ReadTarget) {
    const { asked } = index;
    if (asked.family !== 'auto') return index;
    const situation = {
      records: field.live.count(),
      dimension,
      metric,
      recall: asked.recall,
      serving: 'flat',
    } as const;
    const { family } = chooseIndex(situation, this.border);
    return readIndexChoice(thing, asked, { metric, dimension }, family);
  }
}

function floatsOf({ structure }: ReadTarget['index']): 'f32' | 'f16' {
  return 'originals' in structure && structure.originals === 'f16' ? 'f16' : 'f32';
}

function cancelled(thing: string, { source }: ReadTarget): VecinoError {
  return new VecinoError(
    'CANCELLED',
    `${source.within(thing)}: it was ended before the new vectors were there; the old ones stay, and another call goes on from here`,
  );
}
