import { copyRows } from '../../kernel/copy-nodes.ts';
import { BLOCK_SLOTS, NO_NODE } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { Move, Stage } from '../family.ts';
import { LEFT_BEHIND } from '../relaying.ts';

/**
 * The nodes of the graph as a breadth-first search of the lowest level meets them from the entry point, then
 * those that it does not reach. Neighbours come to lie near to each other, and what searches meet first lies
 * together at the front. (Coleman et al., "Graph Reordering for Cache-Efficient Near Neighbor Search",
 * arXiv:2104.03221, compare such orders; this is the cheapest of them: one pass over the links.)
 */
export function order(space: VectorSpace, nodes: number): Uint32Array {
  const { degree0 } = space.layout;
  const links = space.lowestLinks();
  const laid = new Uint32Array(nodes);
  const met = new Uint8Array(nodes);
  let count = 0;
  const meet = (node: number) => {
    if (met[node] !== 0) return;
    met[node] = 1;
    laid[count++] = node;
  };
  const { node: entry } = space.entry;
  if (entry !== NO_NODE) meet(entry);
  for (let next = 0; next < count; next++) {
    const start = links.wordOf(laid[next] ?? 0);
    for (let i = 0; i < degree0; i++) {
      const neighbour = links.words[start + i] ?? NO_NODE;
      if (neighbour === NO_NODE) break;
      meet(neighbour);
    }
  }
  for (let node = 0; node < nodes; node++) if (space.isLinked(node)) meet(node);
  return laid.slice(0, count);
}

const LEVELS = 'levels';
const LINKS = 'links';
const ENTRY = 'entry point';

/** Links are cleared and numbered by block, and those of upper levels need to know how high their neighbours are. */
export function moveStages(nodes: number): readonly Stage[] {
  return [
    { name: LEVELS, items: Math.ceil(nodes / BLOCK_SLOTS), grain: 8, parallel: true },
    { name: LINKS, items: nodes, grain: 4 * BLOCK_SLOTS, parallel: true },
    { name: ENTRY, items: 1, grain: 1, parallel: false },
  ];
}

/** Takes levels and links over to where the nodes have moved. Links to nodes left behind are dropped. */
export function move(move: Move, stage: string, from: number, to: number): void {
  if (stage === LEVELS) moveLevels(move, from, to);
  else if (stage === LINKS) moveLinks(move, from, to);
  else moveEntry(move);
}

function moveLevels({ source, target, order }: Move, fromBlock: number, toBlock: number): void {
  const first = fromBlock * BLOCK_SLOTS;
  const end = Math.min(order.length, toBlock * BLOCK_SLOTS);
  copyRows(source, target, { order, first, end }, ({ levels }) => [levels, 1]);
  for (let block = fromBlock; block < toBlock; block++) target.engine.prepareBlock(block, order.length);
}

function moveLinks({ source, target, order, newOf }: Move, first: number, end: number): void {
  const { degree0, degree } = source.layout;
  const from = source.lowestLinks();
  const to = target.lowestLinks();
  for (let node = first; node < end; node++) {
    const old = order[node] ?? 0;
    copyLinks(from.words, from.wordOf(old), to.words, to.wordOf(node), degree0, newOf);
    const level = Math.min(source.levelOf(old), target.levelOf(node));
    for (let above = 1; above <= level; above++) {
      const fromUpper = source.upperLinks(old, above);
      const toUpper = target.upperLinks(node, above);
      copyLinks(fromUpper, 0, toUpper, 0, degree, newOf, (neighbour) => target.levelOf(neighbour) >= above);
    }
  }
}

function moveEntry({ source, target, newOf }: Move): void {
  const { node: entry, level } = source.entry;
  const moved = entry === NO_NODE ? LEFT_BEHIND : (newOf[entry] ?? LEFT_BEHIND);
  // A node whose upper lists found no room (see `prepareBlock`) is lower than before.
  if (moved !== LEFT_BEHIND) target.engine.setEntry(moved, Math.min(level, target.levelOf(moved)));
}

function copyLinks(
  from: Uint32Array,
  fromStart: number,
  to: Uint32Array,
  toStart: number,
  width: number,
  newOf: Uint32Array,
  fits?: (neighbour: number) => boolean,
): void {
  let kept = 0;
  for (let i = 0; i < width; i++) {
    const neighbour = from[fromStart + i] ?? NO_NODE;
    if (neighbour === NO_NODE) break;
    const moved = newOf[neighbour] ?? LEFT_BEHIND;
    if (moved === LEFT_BEHIND || (fits && !fits(moved))) continue;
    to[toStart + kept] = moved;
    kept += 1;
  }
  if (kept < width) to[toStart + kept] = NO_NODE;
}
