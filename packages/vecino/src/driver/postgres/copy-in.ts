/*
 * COPY … FROM STDIN by the client's own interface for statements that speak the protocol themselves, which the cursors
 * and streams of its makers use as well. Rows are in COPY's binary format, so nothing is quoted and no float becomes a
 * decimal:
 *
 *   "PGCOPY\n" FF "\r\n" 00 | flags (int32) | extension (int32) | rows | -1 (int16)
 *
 * where a row has the number of its fields (int16), and of each its bytes (int32, -1 for null) and its value.
 */

/** What of the client's connection a copy speaks to. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEAD = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
const END = Buffer.from([0xff, 0xff]);

/** A statement that sends rows. Given to the client's `query`, it settles `done`. */
export class CopyIn {
  readonly done: Promise<void>;
  /** The client wraps this for its timeout, and calls it when time is up. */
  callback: (error?: unknown) => void;
  private readonly statement: string;
  private readonly rows: readonly Buffer[];

  /** @param statement our own text, for it has no parameters */
  constructor(statement: string, rows: readonly Buffer[]) {
    this.statement = statement;
    this.rows = rows;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.callback = (error) => (error ? reject(error) : resolve());
  }

  submit(connection: CopyConnection): void {
    connection.query(this.statement);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(HEAD);
    for (const row of this.rows) connection.sendCopyFromChunk(row);
    connection.sendCopyFromChunk(END);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // The server says that it is ready afterwards.
  }

  handleReadyForQuery(): void {
    this.callback();
  }

  handleError(error: unknown): void {
    this.callback(error);
  }
}

/** A row of values in binary; undefined for null. */
export function copyRow(values: readonly (Buffer | undefined)[]): Buffer {
  const bytes = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 2);
  const row = Buffer.allocUnsafe(bytes);
  let at = row.writeInt16BE(values.length, 0);
  for (const value of values) {
    at = row.writeInt32BE(value?.length ?? -1, at);
    at += value?.copy(row, at) ?? 0;
  }
  return row;
}

export function copiedText(text: string | null): Buffer | undefined {
  return text === null ? undefined : Buffer.from(text);
}

export function copiedBigint(number: number | null): Buffer | undefined {
  if (number === null) return undefined;
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(number));
  return bytes;
}

/** JSON has the version of its format before the text. */
export function copiedJson(json: string): Buffer {
  return Buffer.concat([JSON_VERSION, Buffer.from(json)]);
}

const JSON_VERSION = Buffer.of(1);
