import { createHash } from 'node:crypto';
import type { RecordInput } from 'vecino';
import type { Chunk } from '../chunk/chunk.ts';
import type { Reading } from '../read/reading.ts';
import type { Loaded } from '../source/source.ts';

/**
 * The metadata of a passage. The document of its record is the context (headings that it stands under, or the name of
 * its source), an empty line, and the text of the source from `start` to `end`; so what lies side by side can be put
 * together again, and what overlaps can be told.
 */
export type PassageMetadata = {
  /** The folder, file, pattern or list that was ingested, as an absolute path. */
  readonly root: string;
  /** The path of the file from the folder's name on, or the address of the page. */
  readonly source: string;
  /** The headings that it stands under, the outermost first; the source's title or name where there are none. */
  readonly headings: readonly string[];
  /** Where it lies in the text, in UTF-16 code units: of Markdown, plain text and code in the source itself. */
  readonly start: number;
  readonly end: number;
  /** Characters of the document before its part of the text: the context and the empty line. */
  readonly contextLength: number;
  /** The page that it begins on, from 1, where there are pages. */
  readonly page?: number;
  /** The row of a CSV or the object of a JSONL, from 1. */
  readonly row?: number;
  /** Its number among the passages of the source, from 0, and how many those are. */
  readonly chunk: number;
  readonly chunks: number;
  /** When the source was changed, as an ISO 8601 text, where that is known. */
  readonly modified?: string;
  /** Only the first passage of a source has this: by what the source is known again. */
  readonly ingested?: Ingested;
};

/** What was read of a source. */
export type Ingested = {
  readonly root: string;
  /** SHA-256 of its bytes. */
  readonly hash: string;
  /** Size and time of a file, the entity tag of a page; empty until all passages of it are stored. */
  readonly version: string;
  /** What decides how it is cut into passages. */
  readonly settings: string;
};

/** A passage as a record. */
export type PassageRecord = RecordInput<PassageMetadata> & {
  readonly id: string;
  readonly metadata: PassageMetadata;
};

/** What all passages of a source have in common. */
export interface SourceFacts extends Pick<Loaded, 'modified'> {
  readonly name: string;
  /** What its first passage tells. */
  readonly ingested: Ingested;
}

const CONTEXT_END = '\n\n';

/** Ids have up to 512 bytes; longer names are known by their hash. */
const NAME_BYTES_MAX = 400;
const HASH_CHARACTERS = 16;

export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** Chunks as records, the same for the same texts: an id is made of root, source and document. */
export function passagesOf(reading: Reading, chunks: readonly Chunk[], facts: SourceFacts): PassageRecord[] {
  const seen = new Map<string, number>();
  const { name, modified, ingested } = facts;
  const { root } = ingested;
  return chunks.map(({ start, end, context, headings, page, row }, chunk) => {
    const before = context === '' ? '' : context + CONTEXT_END;
    const document = before + reading.text.slice(start, end);
    const repeated = seen.get(document) ?? 0;
    seen.set(document, repeated + 1);
    const metadata = {
      root,
      source: name,
      headings,
      start,
      end,
      contextLength: before.length,
      ...(page !== undefined && { page }),
      ...(row !== undefined && { row }),
      chunk,
      chunks: chunks.length,
      ...(modified !== undefined && { modified }),
      ...(chunk === 0 && { ingested }),
    };
    return { id: idOf(root, name, document, repeated), document, metadata };
  });
}

/** Texts that a source has twice differ by how often they came before. */
function idOf(root: string, name: string, document: string, repeated: number): string {
  const shown = Buffer.byteLength(name) <= NAME_BYTES_MAX ? name : hashOf(name);
  return `${shown}#${hashOf(root, document, String(repeated)).slice(0, HASH_CHARACTERS)}`;
}
