import type { Reading } from '../read/reading.ts';
import { type PlacedBlock, placeBlocks } from './heading-path.ts';
import { type CountTokens, type CutBlock, cutBlocks, sumOf, type Unit } from './units.ts';

/** A passage of a text, small enough for a model to read it wholly. */
export interface Chunk {
  /** Where it lies in the text of the reading, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** The headings that it stands under and does not have itself, or the name of the text; never long. */
  readonly context: string;
  /** The headings that its first words stand under. */
  readonly headings: readonly string[];
  readonly page?: number;
  readonly row?: number;
}

export interface ChunkSize {
  /** Tokens of a chunk at most, its context included. */
  readonly size: number;
  /** Tokens at most of what a chunk repeats of the one before it, in the same section. */
  readonly overlap: number;
}

/** A section that is shorter than this share of a chunk goes on into its first subsection. */
const SHORT_SHARE = 0.25;
/** A context may take up to this share of a chunk; a longer one loses its outermost headings. */
const CONTEXT_SHARE_MAX = 0.25;
const BETWEEN_HEADINGS = ' › ';

/**
 * Cuts a text along its structure: a heading begins a chunk; blocks are put together as long as they fit, and cut
 * only where one alone does not fit; a row is a chunk of its own. Where a section goes on in a next chunk, that
 * repeats the last sentences of the one before.
 *
 * @param name what the text is called, which is the context where there are no headings
 */
export async function chunkText(
  reading: Reading,
  name: string,
  sizes: ChunkSize,
  countTokens: CountTokens,
): Promise<Chunk[]> {
  const placed = placeBlocks(reading, name);
  const contexts = await countContexts(placed, sizes.size, countTokens);
  const limitOf = ({ path }: PlacedBlock) => sizes.size - contexts.of(path).tokens;
  const blocks = await cutBlocks(reading.text, placed, limitOf, countTokens);
  const packer = new Packer(sizes, contexts);
  for (const block of blocks) packer.add(block);
  return packer.finish();
}

interface Context {
  readonly text: string;
  readonly tokens: number;
}

interface Contexts {
  of(path: readonly string[]): Context;
}

/** The headings of a path in a line, without the outermost where they are too long together. */
async function countContexts(
  blocks: readonly PlacedBlock[],
  size: number,
  countTokens: CountTokens,
): Promise<Contexts> {
  const paths = new Map(
    blocks.flatMap(({ path, above }) => [path, above]).map((path) => [keyOf(path), path]),
  );
  const suffixes = [...paths.values()].flatMap((path) => path.map((_, i) => keyOf(path.slice(i))));
  const texts = [...new Set(suffixes)];
  const counts = await countTokens(texts);
  const tokensOf = new Map(texts.map((text, i) => [text, counts[i] ?? 0]));
  const fits = (text: string) => (tokensOf.get(text) ?? 0) <= size * CONTEXT_SHARE_MAX;
  return {
    of(path) {
      const text = path.map((_, i) => keyOf(path.slice(i))).find(fits) ?? '';
      return { text, tokens: tokensOf.get(text) ?? 0 };
    },
  };
}

function keyOf(path: readonly string[]): string {
  return path.join(BETWEEN_HEADINGS);
}

/** Puts units together into chunks, in the order of the text. */
class Packer {
  private readonly chunks: Chunk[] = [];
  private readonly sizes: ChunkSize;
  private readonly contexts: Contexts;
  /** What the chunk at hand has so far, and how many of its first units are repeated from the one before. */
  private units: Unit[] = [];
  private repeated = 0;
  private tokens = 0;
  /** The block that the chunk begins with, which decides its context; the first and the last that is no heading. */
  private first: PlacedBlock | undefined;
  private content: PlacedBlock | undefined;
  private latest: PlacedBlock | undefined;

  constructor(sizes: ChunkSize, contexts: Contexts) {
    this.sizes = sizes;
    this.contexts = contexts;
  }

  add(placed: CutBlock): void {
    const { block, tokens, units } = placed;
    if (block.kind === 'row') this.end(0);
    else if (block.kind === 'heading' && !this.isShortAbove(placed)) this.end(0);
    if (tokens <= this.roomAlone(placed)) this.makeRoom(placed, tokens);
    for (const unit of units) {
      this.makeRoom(placed, unit.tokens);
      this.first ??= placed;
      if (block.kind !== 'heading') {
        this.content ??= placed;
        this.latest = placed;
      }
      this.units.push(unit);
      this.tokens += unit.tokens;
    }
    if (block.kind === 'row') this.end(0);
  }

  finish(): Chunk[] {
    this.end(0);
    return this.chunks;
  }

  /** Whether the chunk at hand is a short beginning of the section that this heading divides further. */
  private isShortAbove({ block, above }: PlacedBlock): boolean {
    const path = (this.content ?? this.first)?.path;
    const isBelow = path !== undefined && keyOf(above) === keyOf(path);
    const hasBegun = this.units.length > this.repeated;
    return block.kind === 'heading' && hasBegun && isBelow && this.tokens < this.sizes.size * SHORT_SHARE;
  }

  /** Ends the chunk at hand where so many tokens do not fit any more. */
  private makeRoom(placed: PlacedBlock, tokens: number): void {
    if (this.tokens + tokens <= this.roomFor(placed)) return;
    // Headings alone are no chunk: what stands under them has them as its context.
    if (this.content === undefined) this.begin([], undefined);
    else this.end(this.roomAlone(placed) - tokens);
  }

  /** Tokens that the chunk at hand may have, if this comes to it. */
  private roomFor(placed: PlacedBlock): number {
    return this.sizes.size - this.contexts.of(contextPath(this.first ?? placed)).tokens;
  }

  /** Tokens that a chunk may have that begins inside the section of this block. */
  private roomAlone({ path }: PlacedBlock): number {
    return this.sizes.size - this.contexts.of(path).tokens;
  }

  /** Ends the chunk at hand; the next begins with what it ends with, as far as there is room. */
  private end(room: number): void {
    const { units, first } = this;
    const last = units.at(-1);
    if (first === undefined || last === undefined || units.length === this.repeated) {
      this.begin([], undefined);
      return;
    }
    const { path, block } = this.content ?? first;
    this.chunks.push({
      start: units[0]?.start ?? last.start,
      end: last.end,
      context: this.contexts.of(contextPath(first)).text,
      headings: path,
      ...(block.page !== undefined && { page: block.page }),
      ...(block.row !== undefined && { row: block.row }),
    });
    this.begin(tailOf(units.slice(1), Math.min(room, this.sizes.overlap)), this.latest);
  }

  private begin(units: Unit[], content: PlacedBlock | undefined): void {
    this.units = units;
    this.repeated = units.length;
    this.tokens = sumOf(units);
    this.first = units.length === 0 ? undefined : content;
    this.content = this.first;
    this.latest = this.first;
  }
}

/** A chunk that begins with a heading has it itself. */
function contextPath({ block, path, above }: PlacedBlock): readonly string[] {
  return block.kind === 'heading' ? above : path;
}

/** The last units that have together no more tokens than there is room for. */
function tailOf(units: readonly Unit[], room: number): Unit[] {
  let from = units.length;
  let tokens = 0;
  while (from > 0) {
    tokens += units[from - 1]?.tokens ?? 0;
    if (tokens > room) break;
    from--;
  }
  return units.slice(from);
}
