import { BATCH_K_MAX, BATCH_MAX, BLOCK_SLOTS } from '../../kernel/layout.ts';
import type { FamilyScanner } from '../family.ts';
import { FlatModel } from './model.ts';

/** Blocks whose bounds fit the engine's scratch. */
const BLOCKS_MAX = 128;
/** Blocks of which a batch's queries find the sketches still cached: a megabyte. */
const BATCH_BLOCKS = 16;

/** The exact search by bounds; the algorithm is in `assembly/flat/search.ts`. */
export const scanner: FamilyScanner = {
  batchMax: BATCH_MAX,

  isWorth(space, { k, nodes, matches, filtered }) {
    const model = FlatModel.usable(space);
    if (!model || k > BATCH_K_MAX) return false;
    // The scan reads a sketch of every node, the comparison of the matches all of their vectors.
    return !filtered || matches * space.layout.vectorStride > nodes * model.coarseBytes;
  },

  scan(space, queries, { k, nodes, filtered }) {
    for (const [ordinal, query] of queries.entries()) {
      space.writeQuery(query);
      space.engine.addQuery(ordinal);
    }
    const blocks = Math.ceil(nodes / BLOCK_SLOTS);
    const step = queries.length === 1 ? BLOCKS_MAX : BATCH_BLOCKS;
    for (let from = 0; from < blocks; from += step) {
      space.engine.searchBlocks(queries.length, from, Math.min(blocks, from + step), k, filtered ? 1 : 0);
    }
  },

  answer: (space, ordinal) => space.engine.takeAnswer(ordinal),
};
