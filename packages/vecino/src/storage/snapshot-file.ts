import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { JsonObject } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { replaceFile, writeFully } from './durable-files.ts';
import { storeError } from './store-error.ts';
import { PARTIAL_SUFFIX } from './store-folder.ts';

/**
 * The container of an index snapshot: a header in JSON, chunks of bytes, a trailer, each with its checksum.
 * What the chunks mean is the writer's affair; `docs/format.md` has the layout byte by byte. All numbers are
 * little-endian.
 *
 * Not zip, not SQLite: chunks of hundreds of megabytes must go straight from and to the index's memory, and a
 * reader must notice every damage, because it then rebuilds the index from the records.
 */
const SNAPSHOT_VERSION = 1;

/** Like PNG's: a byte that is no text, the name, and line ends that a text transfer would change. */
const MAGIC = Uint8Array.from([0x8e, 0x56, 0x63, 0x6e, 0x6f, 0x0d, 0x0a, 0x1a]);

/** Magic, version, length of the header. */
const PREAMBLE_BYTES = MAGIC.length + 4 + 4;

/** A header is a few hundred bytes; a larger length is damage, and must not be allocated. */
const HEADER_BYTES_MAX = 1 << 20;

/** Stands where a chunk's length would: no chunk follows. */
const END = 0xffff_ffff_ffff_ffffn;

/**
 * Bytes copied, checksummed and written at a time: small enough to stay in the processor's cache, large
 * enough that the calls do not count.
 */
const PIECE_BYTES = 1 << 20;

/**
 * Writes a snapshot to a temporary file beside its place and puts it there in one step when it is finished
 * and durable: a crash leaves the old snapshot or the new one. Synchronous, for use on a worker thread.
 */
export class SnapshotWriter {
  private readonly path: string;
  private readonly partial: string;
  private readonly piece = new Uint8Array(PIECE_BYTES);
  private file: number | undefined;
  private chunks = 0;
  private bytes = 0;

  /** Throws `DISK_FULL`, `STORE_READ_ONLY` or `STORE_IO`, as does every other method. */
  constructor(path: string, header: JsonObject) {
    this.path = path;
    this.partial = path + PARTIAL_SUFFIX;
    this.guarded(() => {
      this.file = openSync(this.partial, 'w');
      this.write(sealed(encodeHeader(header)));
    });
  }

  /** Appends a chunk. Its bytes may lie in shared memory that another thread goes on writing. */
  chunk(bytes: Uint8Array): void {
    this.guarded(() => {
      const length = new Uint8Array(8);
      viewOf(length).setBigUint64(0, BigInt(bytes.byteLength), true);
      this.write(length);
      let checksum = crc32(length);
      for (let from = 0; from < bytes.byteLength; from += PIECE_BYTES) {
        // A private copy: checksum and file must see the same bytes whatever happens to the memory meanwhile.
        const source = bytes.subarray(from, from + PIECE_BYTES);
        const piece = this.piece.subarray(0, source.byteLength);
        piece.set(source);
        checksum = crc32(piece, checksum);
        this.write(piece);
      }
      this.write(uint32(checksum));
      this.chunks++;
    });
  }

  /** Makes the snapshot durable, puts it in its place and answers its size in bytes. */
  finish(): number {
    return this.guarded(() => {
      const trailer = new Uint8Array(12);
      viewOf(trailer).setBigUint64(0, END, true);
      viewOf(trailer).setUint32(8, this.chunks, true);
      this.write(sealed(trailer));
      fsyncSync(this.open());
      this.close();
      replaceFile(this.partial, this.path);
      return this.bytes;
    });
  }

  /** Gives up and removes the temporary file; harmless after `finish` or a failure. */
  abort(): void {
    if (this.file === undefined) return;
    this.close();
    rmSync(this.partial, { force: true });
  }

  private write(bytes: Uint8Array): void {
    writeFully(this.open(), bytes);
    this.bytes += bytes.byteLength;
  }

  private open(): number {
    return openFile(this.file, this.path);
  }

  private close(): void {
    const file = this.file;
    this.file = undefined;
    if (file !== undefined) closeSync(file);
  }

  /** A snapshot that could not be written leaves nothing behind. */
  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.abort();
      throw storeError(error, this.path);
    }
  }
}

/**
 * Reads a snapshot from beginning to end: the header, each chunk into memory of the caller's, the trailer.
 *
 * `SNAPSHOT_CORRUPT` where anything is missing, added or changed, with `details.reason` and the offset;
 * `SNAPSHOT_OUTDATED` where the container has another version. Bytes that were read into the caller's memory
 * count only once `chunkInto` has returned. Synchronous, for use on a worker thread.
 */
export class SnapshotReader {
  readonly header: JsonObject;
  private readonly path: string;
  private readonly byteLength: number;
  private file: number | undefined;
  private offset = 0;
  private chunks = 0;

  constructor(path: string) {
    this.path = path;
    try {
      this.file = openSync(path, 'r');
      this.byteLength = fstatSync(this.file).size;
      this.header = this.readHeader();
    } catch (error) {
      this.close();
      throw this.mapped(error);
    }
  }

  /** Fills `target` with the next chunk, which must have exactly its length. */
  chunkInto(target: Uint8Array): void {
    const length = this.read(8);
    const expected = viewOf(length).getBigUint64(0, true);
    if (expected !== BigInt(target.byteLength)) {
      const received = expected === END ? 'the end' : `${expected} bytes`;
      throw this.corrupt(`chunk ${this.chunks} should have ${target.byteLength} bytes, found ${received}`);
    }
    let checksum = crc32(length);
    for (let from = 0; from < target.byteLength; from += PIECE_BYTES) {
      const piece = target.subarray(from, from + PIECE_BYTES);
      this.readInto(piece);
      checksum = crc32(piece, checksum);
    }
    this.verify(checksum, `chunk ${this.chunks}`);
    this.chunks++;
  }

  /** Verifies that this was all: the number of chunks, and that nothing follows. */
  finish(): void {
    const trailer = this.read(12);
    const end = viewOf(trailer).getBigUint64(0, true);
    const chunks = viewOf(trailer).getUint32(8, true);
    if (end !== END) throw this.corrupt(`more than ${this.chunks} chunks, expected the end`);
    this.verify(crc32(trailer), 'the trailer');
    if (chunks !== this.chunks) throw this.corrupt(`${chunks} chunks written, ${this.chunks} read`);
    if (this.offset !== this.byteLength) throw this.corrupt('bytes after the end');
  }

  close(): void {
    const file = this.file;
    this.file = undefined;
    if (file !== undefined) closeSync(file);
  }

  private readHeader(): JsonObject {
    const preamble = this.read(PREAMBLE_BYTES);
    if (!MAGIC.every((byte, i) => preamble[i] === byte)) throw this.corrupt('not a snapshot of Vecino');
    const version = viewOf(preamble).getUint32(MAGIC.length, true);
    if (version !== SNAPSHOT_VERSION) {
      throw new VecinoError(
        'SNAPSHOT_OUTDATED',
        `${this.path} has container version ${version}, expected ${SNAPSHOT_VERSION}`,
        { details: { file: this.path, expected: SNAPSHOT_VERSION, received: version } },
      );
    }
    const length = viewOf(preamble).getUint32(MAGIC.length + 4, true);
    if (length > HEADER_BYTES_MAX) throw this.corrupt(`a header of ${length} bytes`);
    const json = this.read(length);
    this.verify(crc32(json, crc32(preamble)), 'the header');
    return JSON.parse(Buffer.from(json).toString('utf8')) as JsonObject;
  }

  private verify(checksum: number, what: string): void {
    const stored = viewOf(this.read(4)).getUint32(0, true);
    if (stored !== checksum) throw this.corrupt(`the checksum of ${what} does not match`);
  }

  private read(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.readInto(bytes);
    return bytes;
  }

  private readInto(target: Uint8Array): void {
    const file = openFile(this.file, this.path);
    try {
      for (let from = 0; from < target.byteLength; ) {
        const count = readSync(file, target, from, target.byteLength - from, null);
        if (count === 0) throw this.corrupt('the file ends early');
        from += count;
        this.offset += count;
      }
    } catch (error) {
      throw this.mapped(error);
    }
  }

  /** A snapshot that cannot be read is as good as a damaged one: the index is rebuilt. */
  private mapped(error: unknown): VecinoError {
    if (error instanceof VecinoError) return error;
    return this.corrupt(error instanceof Error ? error.message : String(error), error);
  }

  private corrupt(reason: string, cause?: unknown): VecinoError {
    return new VecinoError('SNAPSHOT_CORRUPT', `${this.path} is damaged at byte ${this.offset} (${reason})`, {
      details: { file: this.path, offset: this.offset, reason },
      cause,
    });
  }
}

function encodeHeader(header: JsonObject): Uint8Array {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const section = new Uint8Array(PREAMBLE_BYTES + json.byteLength);
  section.set(MAGIC);
  viewOf(section).setUint32(MAGIC.length, SNAPSHOT_VERSION, true);
  viewOf(section).setUint32(MAGIC.length + 4, json.byteLength, true);
  section.set(json, PREAMBLE_BYTES);
  return section;
}

/** The section with its checksum behind it. */
function sealed(section: Uint8Array): Uint8Array {
  const whole = new Uint8Array(section.byteLength + 4);
  whole.set(section);
  viewOf(whole).setUint32(section.byteLength, crc32(section), true);
  return whole;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function openFile(file: number | undefined, path: string): number {
  if (file !== undefined) return file;
  throw new VecinoError('INTERNAL', `${path} is closed; please report this as a bug`);
}
