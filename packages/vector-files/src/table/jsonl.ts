import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { malformed, unreadable } from '../faults.ts';
import { ByteFile } from '../grid/byte-file.ts';
import type { RowFields, VectorFile, VectorRow } from '../vector-file.ts';
import { rolesOf, rowOf } from './row.ts';
import { SameDimension } from './same-dimension.ts';

/** A bound on the memory that a file without line breaks takes; as `vecino import` has it. */
const LINE_BYTES_MAX = 64 << 20;
const BATCH_ROWS = 256;
const NEWLINE = 10;

/** One JSON object a line; empty lines are passed over and not counted as rows. */
export async function openJsonl(path: string, fields: RowFields): Promise<VectorFile> {
  // Only to say at once where there is none.
  await (await ByteFile.open(path))[Symbol.asyncDispose]();
  return {
    path,
    format: 'jsonl',
    count: undefined,
    dimension: undefined,
    metric: undefined,
    batches: (first = 0) => batchesOf(path, fields, first),
    async [Symbol.asyncDispose]() {},
  };
}

async function* batchesOf(
  path: string,
  fields: RowFields,
  first: number,
): AsyncGenerator<readonly VectorRow[]> {
  const roles = rolesOf(fields);
  const dimension = new SameDimension(path);
  let batch: VectorRow[] = [];
  let row = 0;
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue;
    const place = { path, row };
    const read = rowOf(objectOf(line, place), roles, place);
    dimension.check(read, row);
    if (row++ < first) continue;
    batch.push(read);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function objectOf(
  line: string,
  { path, row }: { readonly path: string; readonly row: number },
): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Said below, like everything else that is no object.
  }
  const received = 'something else';
  throw malformed(path, { row, expected: 'a JSON object', received, remedy: 'correct or remove the line' });
}

/** Node's own reader of lines breaks them at U+2028 too, which JSON may have inside a text. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 0;
  const finish = () => {
    const bytes = Buffer.concat(parts);
    parts = [];
    length = 0;
    return decoded(path, bytes, line++);
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const bytes = chunk as Buffer;
      let start = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
        parts.push(bytes.subarray(start, at));
        start = at + 1;
        yield finish();
      }
      parts.push(bytes.subarray(start));
      length += bytes.length - start;
      if (length > LINE_BYTES_MAX) throw endless(path, line);
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unreadable(path, error) : error;
  }
  if (length > 0) yield finish();
}

function decoded(path: string, bytes: Buffer, row: number): string {
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\ufeff/, '');
  const remedy = 'convert the file to UTF-8';
  throw malformed(path, { row, expected: 'UTF-8 text', received: 'other bytes', remedy });
}

function endless(path: string, row: number) {
  return malformed(path, {
    row,
    expected: `the end of the line within ${LINE_BYTES_MAX} bytes`,
    received: 'none',
    remedy: 'give the format that the file has, or write one object a line',
  });
}
