import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { FINE, FlatModel } from './model.ts';

/** Nodes whose sketches are made again and compared. */
const SAMPLE = 1_024;

/** Sketches that do not belong to their vectors, in a sample. They are right afterwards. */
export function check(space: VectorSpace, nodes: number): string[] {
  const model = FlatModel.usable(space);
  if (!model) return [];
  let wrong = 0;
  const step = Math.max(1, Math.floor(nodes / SAMPLE));
  for (let node = 0; node < nodes; node += step) {
    if (!space.isLinked(node) || !space.isLive(node)) continue;
    const before = sketchOf(space, model, node);
    space.engine.sketchSlot(node);
    const after = sketchOf(space, model, node);
    if (before.some((word, i) => word !== after[i])) wrong += 1;
  }
  return wrong === 0 ? [] : [`${wrong} sketches of a sample do not belong to their vectors`];
}

/** The words of a node's two sketches and their biases; where they lie is drawn in `assembly/flat/sketch.ts`. */
function sketchOf(space: VectorSpace, model: FlatModel, node: number): number[] {
  const { blockBase, blockBytes, sketches, biases } = space.layout;
  const block = blockBase + Math.floor(node / BLOCK_SLOTS) * blockBytes;
  const row = node % BLOCK_SLOTS;
  const coarse = model.coarseBytes;
  const fine = model.bytesOf(FINE);
  const group = block + sketches + (row - (row % 16)) * coarse + (row % 16) * 4;
  const words: number[] = [];
  for (let quad = 0; quad < coarse / 4; quad++) words.push(space.wordsAt(group + quad * 64, 1)[0] ?? 0);
  words.push(...space.wordsAt(block + sketches + BLOCK_SLOTS * coarse + row * fine, fine / 4));
  words.push(space.wordsAt(block + biases + row * 4, 1)[0] ?? 0);
  if (fine > 0) words.push(space.wordsAt(block + biases + (BLOCK_SLOTS + row) * 4, 1)[0] ?? 0);
  return words;
}
