import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyLearner } from '../family.ts';
import { adoptSketches } from './adopt.ts';
import { FlatModel } from './model.ts';
import { learnFrom } from './sample.ts';

/** Fewer records are compared in less time than it takes to think about it. */
const RECORDS_MIN = 1_000;
/** Axes are learnt anew when there are so many times as many records as last time. */
const GROWTH = 4;
/** Of more than this many slots without bounds the data have moved away from what was learnt. */
const UNBOUNDED_SHARE = 0.05;

const AXES = 'axes';
const SKETCHES = 'sketches';
/** Sketches of one task: some milliseconds. */
const SKETCHED = 512;

/**
 * Axes and the cut of sketches are learnt when all vectors are in place, because how good sketches must be shows in
 * how far away neighbours are, among all.
 */
export const learner: FamilyLearner = {
  isDue(space, records) {
    if (!space.layout.model || records < RECORDS_MIN) return false;
    const model = new FlatModel(space);
    if (records >= GROWTH * model.learntFrom) return true;
    return model.isUsable && records >= 2 * model.learntFrom && model.unbounded > records * UNBOUNDED_SHARE;
  },

  room: () => 0,
  sample: () => 0,
  stages: () => [],

  fillStages(space, nodes) {
    if (!space.layout.model) return [];
    const sketches = { name: SKETCHES, items: nodes, grain: SKETCHED, parallel: true };
    const isLearnt = new FlatModel(space).learntFrom > 0 || nodes < RECORDS_MIN;
    return isLearnt ? [sketches] : [{ name: AXES, items: nodes, grain: nodes, parallel: false }, sketches];
  },

  run(space, stage, from, to) {
    if (stage === AXES) return learnSketches(space, to);
    return sketch(space, from, to);
  },
};

function* learnSketches(space: VectorSpace, nodes: number): Generator<void, void> {
  const learnt = yield* learnFrom(space, nodes);
  if (learnt.choice) yield* adoptSketches(space, learnt, learnt.choice);
  else new FlatModel(space).disuse(learnt.records);
}

function sketch(space: VectorSpace, from: number, to: number): void {
  if (!FlatModel.usable(space)) return;
  for (let slot = from; slot < to; slot++) if (space.isLinked(slot)) space.engine.sketchSlot(slot);
}
