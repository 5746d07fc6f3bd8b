import { readFileSync } from 'node:fs';

/** What the WebAssembly engine exports; the meanings stand in `assembly/`. */
export interface EngineExports {
  attach(lane: number): void;
  l2Squared(a: number, b: number, floats: number): number;
  dot(a: number, b: number, floats: number): number;
  takeComputations(): number;
  scanRange(from: number, to: number, size: number, k: number): number;
  scanAllowed(from: number, to: number, size: number, k: number): number;
  scanMostAllowed(from: number, to: number, size: number, k: number): number;
  scanList(count: number, filtered: number, size: number, k: number): number;
  /** Makes the best `count` of the pool's entries exact; answers their number. */
  rerank(size: number, count: number, k: number): number;
  encodeRange(from: number, to: number): void;
  encodeGiven(slot: number): void;
  /** Adds to the images of the learning's axes what a slot's vector contributes. */
  imageAxes(slot: number, axes: number, scale: number): void;
  /** Projects a slot's vector on the learning's axes; answers its squared distance from the learning's mean. */
  projectSlot(slot: number, axes: number): number;
  /** Where the last projection has left its coordinates in this thread's lane. */
  projected(): number;
  /** Writes the sketches of a slot by the present model. */
  sketchSlot(slot: number): void;
  /** How far the sketch written last is from its slot, and how long it is. */
  lastError(sketch: number): number;
  lastReach(sketch: number): number;
  /** Takes the lane's query into the batch. */
  addQuery(ordinal: number): void;
  /** Exact search of some blocks for the first queries of the batch. */
  searchBlocks(queries: number, from: number, to: number, k: number, filtered: number): void;
  /** Copies a query of the batch and its answer into the lane; answers its size. */
  takeAnswer(ordinal: number): number;
  /** Seeds the random numbers of learning lists. */
  seedRandom(seed: number): void;
  /** Makes some lists of the first nodes, by k-means++; in order from 0. */
  seedLists(from: number, to: number, sample: number): void;
  /** Writes to each node's place its nearest list. */
  assignNodes(from: number, to: number): void;
  /** Moves each centroid to the mean of its nodes. */
  moveCentroids(sample: number, lists: number): void;
  /** Begins a pass of mini-batches over the sample; moves centroids towards the nodes of one. */
  beginPass(lists: number): void;
  moveTowards(from: number, to: number): void;
  setListCount(lists: number): void;
  /** Learns the codewords of one sub-quantizer from the residuals of the first nodes. */
  learnCodewords(subspace: number, sample: number, rounds: number): void;
  /** Measures the code that a node would have in a list: its term, factor and the squared residual. */
  measureCode(node: number, list: number): void;
  lastTerm(): number;
  lastFactor(): number;
  lastSquare(): number;
  /** Makes a node of the sample the query. */
  queryNode(node: number): void;
  /** Leaves in the pool the nearest of the first nodes to the query, live or not; answers their number. */
  scanNearest(nodes: number, k: number): number;
  /** The squared distance of a node from a list's centroid. */
  residualSquare(node: number, list: number): number;
  measureSpreads(nodes: number): void;
  squareToList(list: number): number;
  /** How much too large the estimate of a node of the sample is, of what bounds allow for; given what is estimated. */
  estimateError(node: number, exact: number): number;
  listsBefore(node: number): number;
  /** Writes what the axes make of the mean. */
  projectMean(): void;
  /** Puts projections in the place of the vectors of some nodes of the sample. */
  projectNodes(from: number, to: number): void;
  clearLists(capacity: number): void;
  /** Lays a list of nodes that lie in a row over the next pages, without their codes. */
  layList(list: number, node: number, count: number): void;
  /** Writes the codes of some pages, counted as they lie. */
  fillPages(from: number, to: number): void;
  pagesUsed(): number;
  /** Brings the first nodes of the lane's list into the lists of their nearest centroids. */
  linkListed(count: number): void;
  /** Cuts a list in two that is much longer than the others, if there is one; answers whether. */
  splitLongest(): number;
  unlinkNode(node: number): void;
  unlinkGone(from: number, to: number): number;
  /** Linked nodes that are in no list. */
  lostNodes(nodes: number): number;
  /** Entries of lists that belong to no node, or to one that is elsewhere. */
  strayEntries(): number;
  listOfNode(node: number): number;
  searchLists(probes: number, k: number, best: number, filtered: number, hasRemoved: number): number;
  searchCodes(candidates: number, k: number, filtered: number, hasRemoved: number): number;
  /** Empties all buckets. */
  clearTables(blocks: number): void;
  /** The bucket of a node in the first table. */
  firstBucketOf(node: number): number;
  /** Lays tables: hashes and counts nodes, bounds buckets, lays nodes in order, and puts them in the place of hashes. */
  hashNodes(from: number, to: number): void;
  boundTable(table: number): void;
  layNodes(table: number, from: number, to: number): void;
  closeTable(table: number, nodes: number): void;
  sketchNodes(from: number, to: number): void;
  /** Brings in a node after the tables were laid. */
  insertNode(node: number): void;
  /** How many linked nodes of those laid a table has, each where its vector belongs. */
  rightEntries(table: number, nodes: number): number;
  /** Linked nodes that came after the tables were laid. */
  laterNodes(nodes: number): number;
  /** Of some linked nodes, how many have another vector's sketch. */
  wrongSketches(nodes: number): number;
  /** Where a node's vector lies as 32-bit floats, until the next call. */
  vectorOf(node: number): number;
  /** Makes a node's vector the lane's query, as a caller would ask with it. */
  askWith(node: number): void;
  /** The same, ready for estimates. */
  estimateWith(node: number): void;
  /** The slope of bounds that would just have served for a node of which the distance is known. */
  slopeFor(node: number, exact: number): number;
  /** Estimates made from sketches since the count was last taken. */
  takeEstimates(): number;
  searchTables(
    probes: number,
    k: number,
    best: number,
    filtered: number,
    hasRemoved: number,
    budget: number,
    nodes: number,
  ): number;
  prepareBlock(block: number, kept: number): void;
  link(slot: number, blocks: number): void;
  unlink(slot: number): void;
  setEntry(slot: number, level: number): void;
  /** Lets walks pass a node by as if it were not there; `NO_NODE` ends that. */
  hideNode(node: number): void;
  searchGraph(efSearch: number, blocks: number): number;
  searchFiltered(
    efSearch: number,
    filtered: number,
    isSparse: number,
    budget: number,
    slots: number,
    blocks: number,
  ): number;
  markStale(from: number, to: number): number;
  markReplaced(slot: number): void;
  repair(from: number, to: number, blocks: number): void;
  release(from: number, to: number): number;
  moveEntry(slots: number): void;
  badLinks(from: number, to: number, slots: number): number;
  unreachable(slots: number, blocks: number): number;
  reconnect(count: number, mayReplace: number): number;
}

/** `plain` gives the same bits on every processor; `relaxed` fuses multiply and add where it can. */
export type EngineBuild = 'plain' | 'relaxed';

const FILES: Readonly<Record<EngineBuild, string>> = { plain: 'engine.wasm', relaxed: 'engine-relaxed.wasm' };

const compiled = new Map<EngineBuild, WebAssembly.Module>();

/** The compiled engine, the faster build that this runtime accepts unless one is named. Compiled once. */
export function engineModule(build?: EngineBuild): WebAssembly.Module {
  if (build) return compile(build);
  try {
    return compile('relaxed');
  } catch {
    // This runtime has no relaxed SIMD.
    return compile('plain');
  }
}

function compile(build: EngineBuild): WebAssembly.Module {
  const known = compiled.get(build);
  if (known) return known;
  const bytes = readFileSync(new URL(`../../wasm/${FILES[build]}`, import.meta.url));
  const module = new WebAssembly.Module(bytes);
  compiled.set(build, module);
  return module;
}

/** An instance for one thread over the memory of one index; its scratch is the given lane. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  lane: number,
): EngineExports {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const exports = instance.exports as unknown as EngineExports;
  exports.attach(lane);
  return exports;
}
