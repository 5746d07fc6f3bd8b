import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { VecinoError } from '../base/errors.ts';
import type { WritableEnd } from './end.ts';
import { EXPIRY_FIELD, NAMESPACE_FIELD, type WrittenFormat } from './file-format.ts';
import { jsonLine, readJsonLines } from './json-lines.ts';
import { type MigratedRecord, NAMELESS } from './record.ts';
import { loadVectorFiles, type VectorFileRow } from './vector-files.ts';

/** Rows that are given to the writer of a format at once. */
const ROWS_AT_ONCE = 500;

/**
 * A file that is written. Records go as JSON lines into a file beside it, which only ever grows, so that an interrupted
 * migration goes on at the byte that it has noted; the formats that begin with the number of their rows, or end with a table
 * of contents, are made of that file when it is whole. The file has its name when it is complete and on the disk.
 */
export class FileTarget implements WritableEnd {
  private readonly file: string;
  private readonly format: WrittenFormat;
  private readonly hasNames: boolean;
  private readonly part: string;
  private readonly handle: FileHandle;
  private bytes: number;

  /** @param bytes what an earlier run has noted as durable; 0 begins anew */
  static async open(
    file: string,
    format: WrittenFormat,
    hasNames: boolean,
    bytes: number,
  ): Promise<FileTarget> {
    const part = partOf(file);
    const handle = await writing(file, async () => {
      const opened = await open(part, bytes === 0 ? 'w' : 'r+');
      // What was written after the last note comes again.
      await opened.truncate(bytes);
      return opened;
    });
    return new FileTarget(file, format, hasNames, part, handle, bytes);
  }

  private constructor(
    file: string,
    format: WrittenFormat,
    hasNames: boolean,
    part: string,
    handle: FileHandle,
    bytes: number,
  ) {
    this.file = file;
    this.format = format;
    this.hasNames = hasNames;
    this.part = part;
    this.handle = handle;
    this.bytes = bytes;
  }

  async write(namespace: string | undefined, records: readonly MigratedRecord[]): Promise<void> {
    const lines = records.map((record) => jsonLine(namespace, record, this.hasNames)).join('');
    const content = Buffer.from(lines, 'utf8');
    await writing(this.file, async () => {
      await this.handle.write(content, 0, content.length, this.bytes);
      await this.handle.sync();
    });
    this.bytes += content.length;
  }

  /** How long the file is, for the note of how far the migration is. */
  get durableBytes(): number {
    return this.bytes;
  }

  /** Makes the file of what was written. */
  async finish(dimension: number): Promise<void> {
    if (this.format === 'jsonl') {
      await writing(this.file, () => rename(this.part, resolve(this.file)));
      return;
    }
    const { writeVectorFile } = await loadVectorFiles(this.file);
    const options = { format: this.format, dimension, textFields: [NAMESPACE_FIELD, EXPIRY_FIELD] };
    await writeVectorFile(resolve(this.file), this.rows(), options);
    await rm(this.part, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }

  /** What has no column of its own lies in the metadata, as `vecino export` has it. */
  private async *rows(): AsyncGenerator<readonly VectorFileRow[]> {
    let rows: VectorFileRow[] = [];
    for await (const { namespace, record } of readJsonLines(this.part, { byte: 0, row: 0 })) {
      const { id, document, metadata, expiresAt } = record;
      const vector = record.vectors.get(NAMELESS);
      const beside = {
        ...(namespace !== undefined && { [NAMESPACE_FIELD]: namespace }),
        ...(expiresAt !== undefined && { [EXPIRY_FIELD]: new Date(expiresAt).toISOString() }),
      };
      rows.push({
        id,
        ...(vector && { vector }),
        ...(document !== undefined && { document }),
        metadata: { ...metadata, ...beside },
      });
      if (rows.length < ROWS_AT_ONCE) continue;
      yield rows;
      rows = [];
    }
    if (rows.length > 0) yield rows;
  }
}

/** Whether there is a file of that name. */
export async function isThere(file: string): Promise<boolean> {
  return stat(resolve(file)).then(
    () => true,
    () => false,
  );
}

/** Where the records of an unfinished migration into a file lie. */
function partOf(file: string): string {
  return `${resolve(file)}.part`;
}

/** Runs a write to a file; `DISK_FULL` or `OUTPUT_UNWRITABLE` where it fails. */
export async function writing<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const isFull = reason === 'ENOSPC' || reason === 'EDQUOT';
    const what = isFull ? 'the disk is full' : `cannot be written: ${reason}`;
    throw new VecinoError(isFull ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE', `${file}: ${what}`, {
      details: { file, reason },
      cause,
    });
  }
}
