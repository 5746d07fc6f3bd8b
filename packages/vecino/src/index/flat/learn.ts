import { present } from '../../base/assert.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { InPlaceLearner } from '../family.ts';
import { adoptSketches } from './adopt.ts';
import { FlatModel } from './model.ts';
import { type Learnt, learnFrom } from './sample.ts';

/** Fewer records are compared in less time than it takes to think about it. */
const RECORDS_MIN = 1_000;
/** Axes are learnt anew when there are so many times as many records as last time. */
const GROWTH = 4;
/** Of more than this many slots without bounds the data have moved away from what was learnt. */
const UNBOUNDED_SHARE = 0.05;

/** How far this thread is with learning from the data of an index. */
const underWay = new WeakMap<VectorSpace, Generator<void, Learnt>>();
const learnt = new WeakMap<VectorSpace, Learnt>();

export const learner: InPlaceLearner = {
  isDue(space, records) {
    if (!space.layout.model || records < RECORDS_MIN) return false;
    const model = new FlatModel(space);
    if (records >= GROWTH * model.learntFrom) return true;
    return model.isUsable && records >= 2 * model.learntFrom && model.unbounded > records * UNBOUNDED_SHARE;
  },

  learn(space, slots, deadline) {
    const generator = underWay.get(space) ?? learnFrom(space, slots);
    underWay.set(space, generator);
    do {
      const { done, value } = generator.next();
      if (!done) continue;
      underWay.delete(space);
      learnt.set(space, value);
      return true;
    } while (performance.now() < deadline);
    return false;
  },

  adopt(space) {
    const next = present(learnt.get(space), 'axes that were learnt');
    learnt.delete(space);
    if (next.choice) adoptSketches(space, next, next.choice);
    else new FlatModel(space).disuse(next.records);
  },

  refit(space, from, to) {
    if (!FlatModel.usable(space)) return;
    for (let slot = from; slot < to; slot++) if (space.isLinked(slot)) space.engine.sketchSlot(slot);
  },
};
