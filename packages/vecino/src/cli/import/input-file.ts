import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { VecinoError } from '../../base/errors.ts';

/** By what a file is known again without reading it wholly. */
export interface FileIdentity {
  readonly bytes: number;
  readonly modifiedMs: number;
  /** SHA-256 of its first 64 KiB. */
  readonly headHash: string;
}

/** A file to import, or the standard input. */
export interface InputFile {
  /** As the user gave it. */
  readonly name: string;
  /** Absolute; `-` for the standard input. */
  readonly path: string;
  /** Absent for what can be read only once: the standard input, pipes. */
  readonly identity: FileIdentity | undefined;
  read(fromByte: number, signal: AbortSignal): Readable;
}

const STANDARD_INPUT = '-';

const HEAD_BYTES = 64 << 10;
/** Four times Node's default: fewer turns of the event loop a megabyte. */
const CHUNK_BYTES = 256 << 10;

/** `INPUT_UNREADABLE` where there is no such file, or it is a folder, or may not be read. */
export async function inspectInput(name: string): Promise<InputFile> {
  if (name === STANDARD_INPUT) {
    const read = (_: number, signal: AbortSignal) => addAbortSignal(signal, process.stdin);
    return { name: 'standard input', path: STANDARD_INPUT, identity: undefined, read };
  }
  const path = resolve(name);
  const identity = await identify(name, path);
  const read = (fromByte: number, signal: AbortSignal) => {
    // A pipe cannot even be told to start at byte 0.
    const start = identity === undefined ? {} : { start: fromByte };
    return addAbortSignal(signal, createReadStream(path, { ...start, highWaterMark: CHUNK_BYTES }));
  };
  return { name, path, identity, read };
}

async function identify(name: string, path: string): Promise<FileIdentity | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw unreadable(name, 'it is a folder');
    // Not even opened: closing a pipe again would end whoever writes into it.
    if (!stats.isFile()) return undefined;
    return { bytes: stats.size, modifiedMs: stats.mtimeMs, headHash: await hashOfHead(path) };
  } catch (error) {
    throw error instanceof VecinoError ? error : readingFailed(name, error);
  }
}

async function hashOfHead(path: string): Promise<string> {
  await using handle = await open(path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
}

/** What a failing read of an input file means. */
export function readingFailed(name: string, cause: unknown): VecinoError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  if (code === 'ENOENT') return unreadable(name, 'there is no such file', cause);
  if (code === 'EACCES' || code === 'EPERM')
    return unreadable(name, 'its permissions do not allow it', cause);
  return unreadable(name, code, cause);
}

function unreadable(name: string, why: string, cause?: unknown): VecinoError {
  return new VecinoError('INPUT_UNREADABLE', `${name}: cannot be read: ${why}`, {
    details: { file: name, reason: why },
    cause,
  });
}
