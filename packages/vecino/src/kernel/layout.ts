import type { Originals } from '../api/index-options.ts';
import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import {
  LISTS_FIELD,
  LISTS_MAX,
  type ListsLayout,
  ListsPart,
  type ListsShape,
  roomiest,
} from './lists-layout.ts';
import { type ModelLayout, modelFields, modelLayoutOf, sketchRoomOf } from './model-layout.ts';
import { LINE, Regions, roundUp, sectioned } from './regions.ts';
import {
  roomiestTables,
  TABLES_FIELD,
  type TablesLayout,
  TablesPart,
  type TablesShape,
} from './tables-layout.ts';

/**
 * Where everything lies in an index's linear memory.
 *
 * ```
 * header | state | lane 0 | lane 1 | … | model | block 0 | block 1 | …
 *
 * block    = slots | vectors | high halves | low halves | norms | rows | sketches | biases | places | pages | linked | levels | upper ordinals | links | upper links | live | locks | visited × lanes
 *            ╰───────────────────────────────────────────── goes into snapshots ─────────────────────────────────────────────────────────────────╯  ╰── belongs to the process ──╯
 * ```
 *
 * A node is the place of one record's vector in this memory; its slot is the record's own number, which never
 * changes, while compaction moves nodes about. A block holds everything about 1,024 nodes; all blocks of an
 * index have the same size, so an address is arithmetic, memory grows at its end without moving what is there
 * (searches need not stop), and a snapshot is a copy of the first part of each block. A lane is the scratch
 * memory of one thread: lane 0 belongs to the thread that owns the index, the others to workers. The model is what
 * a family has learnt from the data as a whole; its first part goes into snapshots too, the rest is scratch of the
 * learning.
 *
 * `assembly/layout.ts` reads the numbers from the header in the order in which `headerFields` lists them.
 */
export interface Layout {
  readonly lanes: number;
  /** Whether blocks hold a graph beside the vectors. */
  readonly hasGraph: boolean;
  /** Whether nodes have codes beside their vectors. */
  readonly coded: boolean;
  readonly originals: Originals;
  readonly kernel: 'l2' | 'dot';
  /** Slots of one segment: as many as surely fit, whatever the number of threads. */
  readonly segmentSlots: number;
  readonly blockBase: number;
  readonly blockBytes: number;
  /** The leading bytes of each block that a snapshot keeps. */
  readonly storedBytes: number;
  /** Most blocks that fit into the 4 GiB of one memory. */
  readonly blocksMax: number;
  /** Floats of a vector with its padding. */
  readonly floats: number;
  readonly vectorStride: number;
  /** Offsets within a block. */
  readonly slots: number;
  readonly vectors: number;
  readonly sketches: number;
  readonly biases: number;
  readonly linked: number;
  readonly levels: number;
  readonly upperIndex: number;
  readonly links0: number;
  readonly upper: number;
  readonly highs: number;
  readonly lows: number;
  /** Bytes of a node's high or low half codes; 0 without such codes. */
  readonly halfBytes: number;
  /** Offset of the codes that lie in one piece, and their bytes a node; 0 without such codes. */
  readonly rows: number;
  readonly rowBytes: number;
  /** Region and bytes a node of everything that codes consist of. */
  readonly codeRegions: readonly (readonly [region: number, stride: number])[];
  readonly live: number;
  /** Links of a node on the lowest level and on those above; 0 without a graph. */
  readonly degree0: number;
  readonly degree: number;
  /** Offsets within the first lane, and from one lane to the next. */
  readonly query: number;
  readonly allowed: number;
  readonly pool: number;
  readonly slotList: number;
  readonly decoded: number;
  readonly laneBytes: number;
  /** Where the model of sketches lies, absent for families without. */
  readonly model?: ModelLayout;
  /** Where inverted lists lie, absent for families without. */
  readonly lists?: ListsLayout;
  /** Where hash tables lie, absent for families without. */
  readonly tables?: TablesLayout;
  readonly headerFields: readonly number[];
}

/** What of a graph decides the layout; absent for families without one. */
export interface GraphShape {
  /** Links a node on the upper levels; twice as many on the lowest. */
  readonly M: number;
  readonly efConstruction: number;
  readonly seed: number;
}

export interface LayoutRequest {
  readonly dimension: number;
  /** Kernel of the metric: cosine data are normalised and use `l2`. */
  readonly kernel: 'l2' | 'dot';
  readonly graph?: GraphShape;
  /** Whether each node has a code of one byte a dimension beside its vector, in two halves: walks read one of them. */
  readonly coded?: boolean;
  /** Whether each node has such a code in one piece. */
  readonly rows?: boolean;
  /** Inverted lists and their codes. */
  readonly lists?: ListsShape;
  /** Hash tables. */
  readonly tables?: TablesShape;
  /** Whether there is room for sketches, from which exact searches learn what they need not compare with. */
  readonly sketched?: boolean;
  /** Default `f32`; the others need codes, because walks cannot compare such originals. */
  readonly originals?: Originals;
  /** Fewer slots a segment than fit, for tests. */
  readonly segmentSlots?: number;
  /** Threads that may work on the index, its owner included. */
  readonly lanes: number;
}

export const BLOCK_SLOTS = 1024;
export const HEADER = 4096;
/** Entry point and its level, 64 bits, shared by all threads. */
export const GRAPH_ENTRY = 2048;
/** Codes a unit of the scalar quantizer, a float. */
export const CODE_SCALE = 2064;
/** What code 0 stands for in each dimension, a float each, where nodes have codes. */
export const CODE_ORIGIN = 2 * HEADER;
export const NO_NODE = 0xffffffff;

/** Queries that share a pass over the sketches, and the most neighbours that each may ask for. */
export const BATCH_MAX = 32;
export const BATCH_K_MAX = 1_024;
const BATCH_HEAD = 256;
/** Coordinates of one sketch, in floats: `AXES_MAX`, a tail, and padding. */
const COORDINATES_BYTES = 256 * 4;

/** Most entries of a pool: the largest k or effort, and one for the record that was asked with. */
export const POOL_MAX = LIMITS.kMax + 240;
/** Most candidates of a filtered walk, or bounds of 128 blocks; elsewhere as many as a pool has or lists are ranked. */
const HEAP_MAX = 65_536;
const HEAP_OF_LISTS = Math.max(POOL_MAX, LISTS_MAX);
/** Most nodes of one list scan. */
export const SLOT_LIST_MAX = 16_384;
/** Most slots of a segment: a lane's bitmap of them takes a MiB. */
const SEGMENT_SLOTS_MAX = 1 << 23;
/** Segments have room for as many lanes at least, so that the number of threads does not decide their size. */
const LANES_RESERVED = 17;

const PAGE = 65_536;
const MEMORY_MAX = 4 * 2 ** 30 - PAGE;

export function layoutOf(given: LayoutRequest): Layout {
  return layoutFor({ ...given, ...slotsBesideLearnt(given) });
}

/** Slots of a segment of a family that learns: what is learnt later may take more room, and the slots stay the same. */
function slotsBesideLearnt(request: LayoutRequest): Pick<LayoutRequest, 'segmentSlots'> {
  const { lists, tables } = request;
  if (lists) return { segmentSlots: layoutFor({ ...request, lists: roomiest(lists) }).segmentSlots };
  if (!tables) return {};
  return { segmentSlots: layoutFor({ ...request, tables: roomiestTables(tables) }).segmentSlots };
}

function layoutFor(request: LayoutRequest): Layout {
  const { dimension, kernel, graph, lanes, originals = 'f32' } = request;
  const floats = roundUp(dimension, 4);
  const vectorStride = floats * BYTES_A_FLOAT[originals];

  // A code is kept as two halves of four bits a dimension; the engine compares 16 bytes of them at a time.
  const halfBytes = request.coded ? roundUp(dimension, 32) / 2 : 0;
  const rowBytes = request.rows ? floats : 0;
  const links0Stride = graph ? graph.M * 2 * 4 : 0;
  const upperStride = graph ? graph.M * 4 : 0;
  const upperLists = graph ? upperListsOf(graph.M) : 0;

  const room = request.sketched ? sketchRoomOf(floats) : undefined;

  const block = new Regions();
  const slots = block.add(BLOCK_SLOTS * 4);
  const vectors = block.add(BLOCK_SLOTS * vectorStride);
  const highs = block.add(BLOCK_SLOTS * halfBytes);
  const lows = block.add(BLOCK_SLOTS * halfBytes);
  const norms = block.add(halfBytes > 0 ? BLOCK_SLOTS * 4 : 0);
  const rows = block.add(BLOCK_SLOTS * rowBytes);
  const sketches = block.add(room ? BLOCK_SLOTS * room.bytes : 0);
  const biases = block.add(room ? BLOCK_SLOTS * 2 * 4 : 0);
  const listsPart = request.lists && new ListsPart(request.lists, floats, block);
  const queryFloats = kernel === 'dot' ? dimension - 1 : dimension;
  const tablesPart = request.tables && new TablesPart(request.tables, floats, queryFloats, block);
  const linked = block.add(BLOCK_SLOTS);
  const levels = block.add(graph ? BLOCK_SLOTS : 0);
  const upperIndex = block.add(graph ? BLOCK_SLOTS * 2 : 0);
  const links0 = block.add(BLOCK_SLOTS * links0Stride);
  const upper = block.add(upperLists * upperStride);
  const storedBytes = block.end;
  const live = block.add(BLOCK_SLOTS);
  const locks = block.add(graph ? BLOCK_SLOTS : 0);
  const visited = block.add(graph ? BLOCK_SLOTS * lanes : 0);
  const blockBytes = block.end;

  const lane = new Regions();
  const query = lane.add(floats * 4);
  const pool = lane.add(POOL_MAX * 8);
  const heapMax = graph || room ? HEAP_MAX : HEAP_OF_LISTS;
  const heap = lane.add(heapMax * 8);
  const slotList = lane.add(SLOT_LIST_MAX * 4);
  // A walk expands four nodes together, and may look at the neighbours of a node's neighbours: up to 8 × 2 M slots.
  const gathered = lane.add(8 * 4 * 2 * 64);
  const chosen = lane.add(8 * 2 * 64);
  const keys = lane.add(8 * 4 * 2 * 64);
  const expanding = lane.add(4 * 4);
  // A target is a code spread to a byte a dimension, and a number.
  const targetBytes = halfBytes > 0 ? 2 * halfBytes + 16 : 0;
  const walkTarget = lane.add(targetBytes);
  const pairTarget = lane.add(targetBytes);
  const codeBytes = lane.add(targetBytes);
  const decoded = lane.add(floats * 4);
  const axesMax = Math.max(room ? COORDINATES_BYTES : 0, request.lists?.rotated ? floats * 4 : 0);
  const coordinates = lane.add(axesMax > 0 ? floats * 4 + 3 * axesMax : 0);
  const batchStride = room ? BATCH_HEAD + floats * 4 + room.coarseMax + room.fineMax + BATCH_K_MAX * 8 : 0;
  const batch = lane.add(BATCH_MAX * batchStride);

  const rowTarget = lane.add(rowBytes * 2);
  const listsLane = listsPart?.laneRegions(lane) ?? [];
  const tablesLane = tablesPart?.laneRegions(lane) ?? [];
  const bitmaps = tablesPart ? 2 : 1;

  const coded = halfBytes + rowBytes > 0;
  const laneBase = roundUp(CODE_ORIGIN + (coded ? floats * 4 : 0), LINE);
  const modelBytes = room
    ? modelLayoutOf(0, vectorStride, room).end
    : ((listsPart ?? tablesPart)?.modelBytes ?? 0);
  const perLane = graph ? BLOCK_SLOTS : 0;
  const roomiest = blockBytes + perLane * Math.max(0, LANES_RESERVED - lanes);
  const reserved =
    laneBase + Math.max(lanes, LANES_RESERVED) * (lane.end + (bitmaps * SEGMENT_SLOTS_MAX) / 8);
  const blocksOfSegment = Math.min(
    Math.floor((MEMORY_MAX - reserved - modelBytes) / roomiest),
    SEGMENT_SLOTS_MAX / BLOCK_SLOTS,
    (request.segmentSlots ?? SEGMENT_SLOTS_MAX) / BLOCK_SLOTS,
  );
  const segmentSlots = blocksOfSegment * BLOCK_SLOTS;
  const allowed = lane.add(Math.max(0, segmentSlots) / 8);
  const seen = lane.add(tablesPart ? Math.max(0, segmentSlots) / 8 : 0);
  const laneBytes = lane.end;

  const modelBase = roundUp(laneBase + lanes * laneBytes, LINE);
  const model = room ? modelLayoutOf(modelBase, vectorStride, room) : undefined;
  const lists = listsPart?.layout(modelBase);
  const tables = tablesPart?.layout(modelBase);
  const blockBase = model ? model.end : modelBase + modelBytes;
  const blocksMax = Math.floor((MEMORY_MAX - blockBase) / blockBytes);
  if (blocksOfSegment < 1 || blocksMax < blocksOfSegment) {
    throw new VecinoError(
      'OPTION_OUT_OF_RANGE',
      `${lanes} threads leave no room for vectors; use fewer threads`,
    );
  }
  return {
    lanes,
    hasGraph: graph !== undefined,
    coded,
    originals,
    kernel,
    segmentSlots,
    blockBase,
    blockBytes,
    storedBytes,
    blocksMax,
    floats,
    vectorStride,
    slots,
    vectors,
    sketches,
    biases,
    linked,
    levels,
    upperIndex,
    links0,
    upper,
    highs,
    lows,
    halfBytes,
    rows,
    rowBytes,
    codeRegions: [
      [highs, halfBytes],
      [lows, halfBytes],
      [norms, halfBytes > 0 ? 4 : 0],
      [rows, rowBytes],
    ],
    live,
    degree0: graph ? graph.M * 2 : 0,
    degree: graph ? graph.M : 0,
    query: laneBase + query,
    allowed: laneBase + allowed,
    pool: laneBase + pool,
    slotList: laneBase + slotList,
    decoded: laneBase + decoded,
    laneBytes,
    ...(model && { model: model.layout }),
    ...(lists && { lists }),
    ...(tables && { tables }),
    headerFields: sectioned(
      [
        blockBase,
        blockBytes,
        vectors,
        vectorStride,
        floats,
        kernel === 'l2' ? 0 : 1,
        live,
        linked,
        visited,
        allowed,
        locks,
        levels,
        upperIndex,
        links0,
        links0Stride,
        upper,
        upperStride,
        graph ? graph.M * 2 : 0,
        graph ? graph.M : 0,
        graph ? graph.efConstruction : 0,
        graph ? graph.seed : 0,
        upperLists,
        laneBase,
        laneBytes,
        query,
        pool,
        POOL_MAX,
        heap,
        heapMax,
        slotList,
        gathered,
        chosen,
        highs,
        lows,
        norms,
        halfBytes,
        keys,
        expanding,
        walkTarget,
        pairTarget,
        codeBytes,
        slots,
        decoded,
        ORIGINALS_CODE[originals],
        sketches,
        biases,
        coordinates,
        batch,
        batchStride,
        ...(model ? modelFields(model.layout) : lists ? learningFields(lists) : []),
      ],
      LISTS_FIELD,
      [
        rows,
        rowBytes,
        rowTarget,
        ...(listsPart && lists
          ? listsPart.fields(lists, listsLane, kernel === 'dot' ? dimension - 1 : floats)
          : []),
      ],
      TABLES_FIELD,
      tablesPart && tables ? tablesPart.fields(tables, tablesLane, seen) : [],
    ),
  };
}

/** Where the learning of a projection finds mean, axes and images: as that of sketches does. */
function learningFields({ mean, projection, images }: ListsLayout): number[] {
  return [0, 0, 0, 0, 0, mean, projection, images];
}

const BYTES_A_FLOAT: Readonly<Record<Originals, number>> = { f32: 4, f16: 2, disk: 0 };
const ORIGINALS_CODE: Readonly<Record<Originals, number>> = { f32: 0, f16: 1, disk: 2 };

/**
 * Room for a block's upper lists: the number of levels of one node is geometric with ratio 1/M, so the mean of
 * the sum over a block is slots / (M - 1); six standard deviations above it is never reached in practice, and
 * a node that would not fit stays on the lowest level.
 */
function upperListsOf(M: number): number {
  const mean = BLOCK_SLOTS / (M - 1);
  const deviation = Math.sqrt((BLOCK_SLOTS * M) / (M - 1) ** 2);
  return roundUp(Math.ceil(mean + 6 * deviation), 8);
}
