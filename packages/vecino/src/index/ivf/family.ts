import { IVF_OPTIONS, type IvfOptions } from '../../api/index-options.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Family, VectorShape } from '../family.ts';
import { builder } from '../lists/build.ts';
import { check } from '../lists/check.ts';
import { listsLearner } from '../lists/learner.ts';
import { ListsModel } from '../lists/model.ts';
import { isCoded, listsFor, probesOf, withSpare } from './choose.ts';
import { cost } from './cost.ts';
import { search } from './search.ts';

/** Dimensions of a sub-quantizer of four bits: a bit a dimension. */
const WIDTH = 4;
/**
 * Where there are many dimensions, half a bit does: scans read half as much and compare more rows (at recall .99 a
 * search took 10 % less time among 384 dimensions and 20 % less among 784, at .90 as long). Not by inner product,
 * whose estimates err more: half of all rows were compared on Fashion-MNIST.
 */
const WIDTH_OF_MANY = 8;
const MANY = 256;

/**
 * Inverted lists: k-means puts every vector into the list of its nearest centroid, and a search scans the lists that
 * are nearest to the query (Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", TPAMI 2011,
 * section 4). With about √n lists a search costs about √n comparisons of centroids and a few percent of n estimates
 * from codes; a build n × √n products of vectors. Codes take a bit a dimension, or half a bit, and four bytes, rows
 * for reranking a byte a dimension, and there are no links.
 */
export const ivf: Family<IvfOptions> = {
  name: 'ivf',
  options: IVF_OPTIONS,
  validate,
  layout: (options, room, vectors) => ({
    rows: options.quantizer !== 'none',
    originals: options.originals,
    lists: {
      capacity: room === 0 ? 0 : withSpare(listsFor(options, room)),
      records: room,
      width: widthOf(options, vectors),
      bits: 4,
      binary: options.quantizer === 'binary',
      rotated: options.rotation,
    },
  }),
  effort: ({ nprobe }, space) => (ListsModel.isReady(space) ? probesOf(space, nprobe ?? 0) : 0),
  effortOption: 'nprobe',
  effortRange: (space) => ({ min: 1, max: Math.max(1, new ListsModel(space).lists) }),
  way: 'lists',
  search,
  cost,
  isReady: ListsModel.isReady,
  learner: listsLearner<IvfOptions>({ lists: listsFor, listsAsked: ({ nlist }) => nlist }),
  builder,
  check,
};

function widthOf({ quantizer }: Required<IvfOptions>, { dimension, metric }: VectorShape): number {
  if (!isCoded(quantizer)) return 0;
  return quantizer === 'pq' && metric !== 'dot' && dimension >= MANY ? WIDTH_OF_MANY : WIDTH;
}

function validate(
  thing: string,
  { nlist, nprobe, quantizer, originals, rotation }: Required<IvfOptions>,
): void {
  if (nlist !== undefined && nprobe !== undefined && nprobe > nlist) {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "nprobe" is ${nprobe} of ${nlist} lists, expected at most that many; probe fewer lists, or make more`,
      { details: { option: 'nprobe', expected: nlist, received: nprobe } },
    );
  }
  if (originals === 'disk' && quantizer === 'none')
    throw unfit(thing, 'originals', 'disk', 'the quantizer "none"');
  if (rotation && originals !== 'f32') throw unfit(thing, 'rotation', 'true', `originals "${originals}"`);
  if (rotation && !isCoded(quantizer)) throw unfit(thing, 'rotation', 'true', `the quantizer "${quantizer}"`);
}

function unfit(thing: string, option: string, received: string, beside: string): VecinoError {
  const remedy = option === 'originals' ? 'use the quantizer "pq", "binary" or "sq8"' : 'leave it out';
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received} beside ${beside}, expected them to go together; ${remedy}`,
    { details: { option, received } },
  );
}
