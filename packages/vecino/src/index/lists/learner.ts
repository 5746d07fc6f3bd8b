import type { IndexOptions } from '../../api/index-options.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyLearner } from '../family.ts';
import { assign, layingStages, learningStages, runStage } from './learn.ts';
import { ListsModel } from './model.ts';

/**
 * Fewer records are compared in less time than it takes to think about it. It is more than the codewords of a
 * sub-quantizer, which are 256 at most; lists there must not be more of than records.
 */
const RECORDS_MIN = 1_000;
/** Everything is learnt anew when there are so many times as many records, sooner when nothing else is to be done. */
const GROWTH = 4;
const GROWTH_IDLE = 1.6;
/**
 * Of what came later the share that is farther from its centroid than nine in ten of the sample: beyond this the data
 * have moved away from what was learnt. Of at least this share of all records, so that chance plays no part.
 */
const DRIFT_MAX = 0.25;
const DRIFT_OF = 0.05;
/** Records of the sample for each list, and at least: codewords are learnt from them too. */
const SAMPLE_A_LIST = 50;
const SAMPLE_MIN = 16_384;
const NONE = 0xffffffff;

/** How a family with inverted lists learns. */
export function listsLearner<O extends IndexOptions & { readonly seed?: number }>(family: {
  /** Lists for so many records. */
  lists(options: Required<O>, records: number): number;
  /** Lists that were asked for by number. */
  listsAsked?(options: Required<O>): number | undefined;
}): FamilyLearner<O> {
  const listsFor = (options: Required<O>, records: number) =>
    Math.min(records, family.lists(options, records));
  return {
    isDue(space, records, isIdle) {
      const model = new ListsModel(space);
      if (!ListsModel.isReady(space)) return true;
      if (records >= model.learntFrom * (isIdle ? GROWTH_IDLE : GROWTH)) return true;
      const { far, of } = model.drift;
      return far > DRIFT_MAX && of > records * DRIFT_OF;
    },

    recordsMin: (options) => Math.max(RECORDS_MIN, family.listsAsked?.(options) ?? 0),
    room: (_, records) => records,

    sample: (options, records) =>
      Math.min(records, Math.max(SAMPLE_MIN, listsFor(options, records) * SAMPLE_A_LIST)),

    stages: (space, options, sample, records) =>
      learningStages(space, {
        lists: Math.min(sample, listsFor(options, records)),
        sample,
        records,
        seed: options.seed ?? 0,
      }),

    fillStages: (space, _, keys) => (ListsModel.isReady(space) && keys ? layingStages(keys) : []),

    run: runStage,
    assign: assignIfReady,

    keys(space, order) {
      if (!ListsModel.isReady(space)) return new Uint32Array(order.length);
      return order.map((node) => {
        const list = space.engine.listOfNode(node) >>> 0;
        return list === NONE ? nearestOf(space, node) : list;
      });
    },
  };
}

function assignIfReady(space: VectorSpace, from: number, to: number): Uint32Array {
  return ListsModel.isReady(space) ? assign(space, from, to) : new Uint32Array(to - from);
}

/** The nearest list of a node that is in none: its place is free for the answer, and emptied again. */
function nearestOf(space: VectorSpace, node: number): number {
  const [list = 0] = assign(space, node, node + 1);
  new ListsModel(space).assigned(node, node + 1).fill(0);
  return list;
}
