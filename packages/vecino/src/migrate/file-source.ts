import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JsonObject } from '../api/metadata.ts';
import type { MigrationEndDescription } from '../api/migration.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import type { EndSettings, ReadableEnd } from './end.ts';
import { EXPIRY_FIELD, type FileFormat, NAMESPACE_FIELD, partsOfFormat } from './file-format.ts';
import { type LineStart, readJsonLines } from './json-lines.ts';
import { PageSize } from './page-size.ts';
import { bytesOf, type MigratedRecord, NAMELESS, type Page, type Position } from './record.ts';
import { loadVectorFiles, type OpenVectorFile, type VectorFileRow } from './vector-files.ts';

/** Bytes of the begin of a file by which it is known again, beside its size and time. */
const HEAD_BYTES = 64 << 10;

/** A record of a file, and the place behind it. */
interface FileRecord {
  readonly namespace: string | undefined;
  readonly record: MigratedRecord;
  readonly after: LineStart;
}

/** A file that is read. What is in it twice is so in the order of the file, so that what comes last stays. */
export class FileSource implements ReadableEnd {
  readonly description: MigrationEndDescription;
  readonly identity: string;
  readonly parts: ReadableEnd['parts'];
  private readonly file: string;
  private readonly vectors: OpenVectorFile | undefined;

  /** `INPUT_UNREADABLE` where there is none, `PACKAGE_MISSING` where what reads it is not installed. */
  static async open(file: string, format: FileFormat, dataset?: string): Promise<FileSource> {
    const identity = await identify(file);
    const options = { format, ...(dataset !== undefined && { dataset }) };
    const vectors =
      format === 'jsonl' ? undefined : await (await loadVectorFiles(file)).openVectorFile(file, options);
    return new FileSource(file, format, identity, vectors);
  }

  private constructor(
    file: string,
    format: FileFormat,
    identity: string,
    vectors: OpenVectorFile | undefined,
  ) {
    this.file = file;
    this.identity = identity;
    this.vectors = vectors;
    this.parts = partsOfFormat(format);
    this.description = { location: file, engine: format };
  }

  get metric(): Metric | undefined {
    return this.vectors?.metric;
  }

  async count(): Promise<number | undefined> {
    return this.vectors?.count;
  }

  /** What the first record tells. */
  async settings(metric: Metric | undefined): Promise<EndSettings> {
    for await (const { records } of this.pages(undefined, new PageSize(1))) {
      const [first] = records;
      const fields = Array.from(first?.vectors ?? [], ([name, { length: dimension }]) => {
        const one = {
          dimension,
          metric: this.metric ?? metric,
          index: undefined,
          embedding: null,
          text: null,
        };
        return [name, one] as const;
      });
      if (fields.length > 0) return { fields: new Map(fields), fullText: undefined };
      break;
    }
    throw new VecinoError(
      'INPUT_MALFORMED',
      `${this.file}: the first record has no vector, expected one; texts become records with vecino import --embedding`,
      { details: { file: this.file, row: 0 } },
    );
  }

  async *pages(from: Position | undefined, size: PageSize): AsyncGenerator<Page> {
    const start = (from as unknown as LineStart | undefined) ?? { byte: 0, row: 0 };
    let page: MigratedRecord[] = [];
    let bytes = 0;
    let namespace: string | undefined;
    let position = start;
    for await (const next of this.records(start)) {
      if (page.length > 0 && (page.length >= size.records || next.namespace !== namespace)) {
        size.saw(page.length, bytes);
        yield { namespace, records: page, position: { ...position } };
        [page, bytes] = [[], 0];
      }
      namespace = next.namespace;
      page.push(next.record);
      bytes += bytesOf(next.record);
      position = next.after;
    }
    if (page.length > 0) yield { namespace, records: page, position: { ...position } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vectors?.[Symbol.asyncDispose]();
  }

  private async *records(start: LineStart): AsyncGenerator<FileRecord> {
    if (!this.vectors) {
      for await (const { namespace, record, endByte, row } of readJsonLines(this.file, start)) {
        yield { namespace, record, after: { byte: endByte, row: row + 1 } };
      }
      return;
    }
    let row = start.row;
    for await (const batch of this.vectors.batches(row)) {
      for (const read of batch) {
        yield { ...recordOf(read, row), after: { byte: 0, row: row + 1 } };
        row++;
      }
    }
  }
}

/** A row without an id gets its number. */
function recordOf(
  { id, vector, document, metadata = {} }: VectorFileRow,
  row: number,
): Omit<FileRecord, 'after'> {
  const { [NAMESPACE_FIELD]: namespace, [EXPIRY_FIELD]: expiry, ...rest } = metadata;
  const expiresAt = typeof expiry === 'string' && expiry !== '' ? Date.parse(expiry) : undefined;
  const record: MigratedRecord = {
    id: id ?? String(row),
    vectors: new Map(vector ? [[NAMELESS, vector]] : []),
    document,
    metadata: rest as JsonObject,
    expiresAt,
  };
  return { namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined, record };
}

/** The file by name, size, time and begin: another one under the same name is another source. */
async function identify(file: string): Promise<string> {
  try {
    await using handle = await open(resolve(file));
    const { size, mtimeMs } = await stat(resolve(file));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
    return JSON.stringify([resolve(file), size, mtimeMs, head]);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new VecinoError('INPUT_UNREADABLE', `${file}: cannot be read: ${reason}; check the name`, {
      details: { file, reason },
      cause,
    });
  }
}
