/**
 * Vecino's engine by itself: one memory, one thread, no collection, no SQLite, row numbers for slots. It is
 * what the C++ programs are compared with, which are indexes and no databases either.
 *
 * The one file of the bench that reaches into Vecino's sources; everything else goes through its public entry.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { IndexOptions } from '../../../vecino/src/api/index-options.ts';
import { VecinoError } from '../../../vecino/src/base/errors.ts';
import type { Family, FamilyLearner, Stage } from '../../../vecino/src/index/family.ts';
import { completeIndexOptions, familyOf } from '../../../vecino/src/index/registry.ts';
import { layingOrder, moveNodes, runToEnd, sortedByKey } from '../../../vecino/src/index/relaying.ts';
import { type Found, type SearchRequest, searchSpace } from '../../../vecino/src/index/search.ts';
import { copyNodes } from '../../../vecino/src/kernel/copy-nodes.ts';
import { type Layout, layoutOf } from '../../../vecino/src/kernel/layout.ts';
import { VectorSpace } from '../../../vecino/src/kernel/vector-space.ts';
import { ScalarRange } from '../../../vecino/src/quantizer/scalar-range.ts';
import { kernelOf } from '../../../vecino/src/vector/metric.ts';
import { prepared, preparedQuery, preparedWidth } from '../../../vecino/src/vector/prepare.ts';
import { EF_SEARCH, type Knob, NPROBE, OVERSAMPLE, PROBES } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { seededRandom } from '../random.ts';
import { saveInOneFile } from './one-file-index.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, PeerName, Searcher } from './peer.ts';
import { aboutVecino } from './vecino-version.ts';

/** One family with the options that make it worth a line of its own. */
interface Form {
  readonly name: PeerName;
  readonly knob: Knob;
  /** Options of the index, as a user gives them; the seed and the graph's parameters are the run's. */
  readonly index: { readonly family: string } & Readonly<Record<string, string | number>>;
}

const FORMS = [
  { name: 'vecino-engine', knob: EF_SEARCH, index: { family: 'hnsw' } },
  { name: 'vecino-ivf', knob: NPROBE, index: { family: 'ivf' } },
  { name: 'vecino-ivf-binary', knob: NPROBE, index: { family: 'ivf', quantizer: 'binary' } },
  { name: 'vecino-ivf-sq8', knob: NPROBE, index: { family: 'ivf', quantizer: 'sq8' } },
  { name: 'vecino-ivf-raw', knob: NPROBE, index: { family: 'ivf', quantizer: 'none' } },
  { name: 'vecino-pq', knob: OVERSAMPLE, index: { family: 'pq' } },
  { name: 'vecino-lsh', knob: PROBES, index: { family: 'lsh' } },
] as const satisfies readonly Form[];

/** Every family of the engine and, where they are worth comparing, its quantizers. */
export const vecinoEngines = Object.fromEntries(
  FORMS.map((form) => [form.name, enginePeer(form)]),
) as Readonly<Record<(typeof FORMS)[number]['name'], NodePeer>>;

function enginePeer({ name, knob, index }: Form): NodePeer {
  return {
    name,
    knob,
    isOurs: true,
    absence: async () => absenceOf(index),
    about: aboutVecino,
    recipe: () => described(index),
    build: async (task) => build(task, index),
    open: async (task) => openSpace(task, index, knob),
  };
}

/** `family ivf, quantizer sq8` */
function described(index: Form['index']): string {
  return Object.entries(index)
    .map(([option, value]) => `${option} ${value}`)
    .join(', ');
}

/** The engine's own words where it lacks the family or the quantizer. */
function absenceOf(index: Form['index']): string | undefined {
  try {
    completeIndexOptions('the bench', index, 'l2');
    return undefined;
  } catch (error) {
    if (error instanceof VecinoError) return error.message;
    throw error;
  }
}

/** Vectors of one call of the builder, between which progress is told. */
const LINK_CHUNK = 1_000;
/** Distances after which an exact search would be cheaper: it is not what is measured here. */
const UNLIMITED = 2 ** 31 - 1;
/** As a collection's searches have it by default. */
const OVERSAMPLE_DEFAULT = 3;

interface Built {
  readonly space: VectorSpace;
  /** What its layout has room for; see `FamilyLearner.room`. */
  readonly room: number;
}

/** What opening has to know beside the bytes. */
interface SpaceFacts {
  readonly rows: number;
  readonly room: number;
}

async function build(task: BuildTask, index: Form['index']): Promise<BuildFigures> {
  const family = familyFor(index);
  const building = new Stopwatch();
  building.start();
  const loose = makeSpace(task, index, 0);
  putAll(loose, task);
  const { space, room } = family.learner
    ? learnt(loose, task, index, family.learner)
    : linked(loose, task, index);
  building.stop();

  mkdirSync(join(task.folder, 'index'));
  return saveInOneFile(spacePath(task.folder), building, (path) => {
    saveSpace(space, path);
    const facts: SpaceFacts = { rows: rowsOf(task), room };
    writeFileSync(factsPath(task.folder), JSON.stringify(facts));
  });
}

function familyFor({ family }: Form['index']): Family {
  return familyOf(family as IndexOptions['family']);
}

/** What a form leaves open is as the run says, where the family knows the option. */
function optionsFor({ metric, parameters }: OpenTask, index: Form['index']): Required<IndexOptions> {
  const { M, efConstruction, seed } = parameters;
  const known = Object.entries({ M, efConstruction, seed }).filter(
    ([name]) => name in familyFor(index).options,
  );
  return completeIndexOptions('the bench', { ...Object.fromEntries(known), ...index }, metric);
}

/** @param room for what the family learns; 0 where it has not learnt yet */
function layoutFor(task: OpenTask, index: Form['index'], room: number): Layout {
  const { dimension, metric } = task;
  const family = familyFor(index);
  const options = optionsFor(task, index);
  return layoutOf({
    dimension: preparedWidth(metric, dimension),
    kernel: kernelOf(metric),
    ...family.layout(options, room, task),
    lanes: 1,
  });
}

function makeSpace(task: BuildTask, index: Form['index'], room: number): VectorSpace {
  const space = VectorSpace.create(layoutFor(task, index, room));
  space.reserve(rowsOf(task));
  return space;
}

function rowsOf({ base, dimension }: BuildTask): number {
  return base.length / dimension;
}

/** Puts the vectors into their places; row i is slot i and, before compaction, node i. */
function putAll(space: VectorSpace, { base, dimension, metric }: BuildTask): void {
  const range = new ScalarRange();
  for (let row = 0; row * dimension < base.length; row++) {
    const vector = prepared(metric, base.subarray(row * dimension, (row + 1) * dimension), 0);
    range.learn(vector);
    space.writeSlot(row, row);
    space.writeVector(row, vector);
    space.setLive(row, true);
  }
  if (!space.layout.coded) return;
  const { offset, scale } = range.choose(undefined);
  space.writeCodeRange(offset, scale);
}

/** Links every row where it lies, and then lays the nodes out as a collection's compaction does. */
function linked(loose: VectorSpace, task: BuildTask, index: Form['index']): Built {
  const { builder } = familyFor(index);
  const rows = rowsOf(task);
  const nodes = Uint32Array.from({ length: rows }, (_, row) => row);
  for (let from = 0; from < rows && builder; from += LINK_CHUNK) {
    builder.link(loose, nodes.subarray(from, from + LINK_CHUNK), Number.POSITIVE_INFINITY);
    task.progress(`${Math.min(from + LINK_CHUNK, rows)} of ${rows} linked`);
  }
  if (!builder?.order) return { space: loose, room: 0 };
  const order = layingOrder(loose, familyFor(index), rows);
  const space = makeSpace(task, index, 0);
  moveNodes(loose, space, familyFor(index), order);
  for (const node of order.keys()) space.setLive(node, true);
  return { space, room: 0 };
}

/** Rows of one call that learns, assigns or copies. */
const LEARN_CHUNK = 2_048;

/**
 * Learns from a sample, lays the rows out by what was learnt and fills the structure: what a collection does with
 * the same calls in the background, cut into tasks for its workers (`engine/index/relay-segment.ts`).
 */
function learnt(loose: VectorSpace, task: BuildTask, index: Form['index'], learner: FamilyLearner): Built {
  const rows = rowsOf(task);
  const options = optionsFor(task, index);
  const room = learner.room(options, rows);
  const space = makeSpace(task, index, room);
  space.copyCodeRange(loose);
  const copy = (order: Uint32Array) => {
    copyNodes(loose, space, { order, first: 0, end: order.length });
  };
  const run = (stages: readonly Stage[], keys?: Uint32Array) => {
    for (const { name, items, grain } of stages) {
      task.progress(name);
      for (let from = 0; from < items; from += grain) {
        runToEnd(learner.run(space, name, from, Math.min(items, from + grain), keys));
      }
    }
  };
  const asTheyLie = layingOrder(loose, familyFor(index), rows);
  const sample = spread(asTheyLie, learner.sample(options, rows), task.parameters.seed);
  copy(sample);
  run(learner.stages(space, options, sample.length, rows));

  let laid: { readonly order: Uint32Array; readonly keys?: Uint32Array } = { order: asTheyLie };
  if (learner.assign) {
    copy(asTheyLie);
    const keys = new Uint32Array(rows);
    for (let from = 0; from < rows; from += LEARN_CHUNK) {
      keys.set(learner.assign(space, from, Math.min(rows, from + LEARN_CHUNK)), from);
    }
    laid = sortedByKey({ order: asTheyLie, keys });
  }
  copy(laid.order);
  const { coded, originals } = space.layout;
  if (coded && originals !== 'disk') space.engine.encodeRange(0, rows);
  for (let node = 0; node < rows; node++) {
    space.setLive(node, true);
    space.setLinked(node, true);
  }
  run(learner.fillStages(space, rows, laid.keys), laid.keys);
  return { space, room };
}

/** So many nodes, one from each of as many equal stretches. */
function spread(nodes: Uint32Array, wanted: number, seed: number): Uint32Array {
  const size = Math.min(wanted, nodes.length);
  const random = seededRandom(seed);
  return Uint32Array.from({ length: size }, (_, i) => {
    return nodes[Math.floor(((i + random()) * nodes.length) / size)] ?? 0;
  });
}

async function openSpace(
  task: OpenTask,
  index: Form['index'],
  knob: Knob,
): Promise<Searcher<Float32Array, Found>> {
  const family = familyFor(index);
  const { space, rows } = loadSpace(task, index);
  const none = new Uint32Array();
  const common = {
    way: 'index' as const,
    nodes: rows,
    matches: rows,
    budget: UNLIMITED,
    pending: none,
    hasRemoved: false,
    sound: true,
  };
  const vectorBytes = rows * space.layout.vectorStride;
  return {
    prepare: (vector) => preparedQuery(task.metric, vector),
    search(query, k, effort) {
      const oversample = knob === OVERSAMPLE ? effort : OVERSAMPLE_DEFAULT;
      const request: SearchRequest = { query, k, effort, oversample, ...common };
      return searchSpace(space, family, request);
    },
    rowsOf: ({ slots }) => Array.from(slots),
    distancesOf: ({ distanceComputations }) => distanceComputations,
    memory: async () => ({ vectorBytes, indexBytes: space.bytesAllocated - vectorBytes }),
    close: async () => {},
  };
}

/** The whole memory as it lies, which is enough to open it again in the same version. */
function saveSpace(space: VectorSpace, path: string): void {
  const file = openSync(path, 'w');
  const bytes = new Uint8Array(space.shared.memory.buffer);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(CHUNK, bytes.length - at));
  closeSync(file);
}

function loadSpace(task: OpenTask, index: Form['index']): { space: VectorSpace; rows: number } {
  const path = spacePath(task.folder);
  const size = statSync(path).size;
  const { rows, room } = JSON.parse(readFileSync(factsPath(task.folder), 'utf8')) as SpaceFacts;
  const space = VectorSpace.create(layoutFor(task, index, room));
  const missing = size - space.shared.memory.buffer.byteLength;
  if (missing > 0) space.shared.memory.grow(missing / PAGE);
  const bytes = new Uint8Array(space.shared.memory.buffer);
  const file = openSync(path, 'r');
  for (let at = 0; at < size; ) at += readSync(file, bytes, at, Math.min(CHUNK, size - at), at);
  closeSync(file);
  return { space, rows };
}

const CHUNK = 64 << 20;
const PAGE = 65_536;

function spacePath(folder: string): string {
  return join(folder, 'index', 'space.bin');
}

function factsPath(folder: string): string {
  return join(folder, 'index', 'space.json');
}
