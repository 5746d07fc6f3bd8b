import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { VecinoError } from 'vecino/errors';
import { type Format, formatOf, knownExtensions } from '../read/formats.ts';
import type { Loaded, Source } from './source.ts';

/** A file on disk. */
export class FileSource implements Source {
  readonly name: string;
  readonly size: number;
  private readonly path: string;
  private readonly stats: Stats;
  private readonly bytesMax: number;

  constructor(name: string, path: string, stats: Stats, bytesMax: number) {
    this.name = name;
    this.path = path;
    this.stats = stats;
    this.size = stats.size;
    this.bytesMax = bytesMax;
  }

  async load(version: string | undefined, signal: AbortSignal | undefined): Promise<Loaded | undefined> {
    const { size, mtimeMs, mtime } = this.stats;
    const current = `${size}:${mtimeMs}`;
    if (version === current) return undefined;
    const format = this.requireFormat();
    if (size > this.bytesMax) throw tooLarge(size, this.bytesMax);
    const bytes = await this.read(signal);
    return { bytes, format, version: current, modified: mtime.toISOString() };
  }

  private requireFormat(): Format {
    const format = formatOf(this.path);
    if (format !== undefined) return format;
    throw new VecinoError(
      'INPUT_MALFORMED',
      `its format is not known by its name; known are ${knownExtensions().join(' ')}`,
    );
  }

  private async read(signal: AbortSignal | undefined): Promise<Uint8Array> {
    try {
      return await readFile(this.path, signal === undefined ? {} : { signal });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw unreadable(cause);
    }
  }
}

/** What a failing call of the file system means. */
export function unreadable(cause: unknown): VecinoError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const why = { ENOENT: 'it is not there', EACCES: 'its permissions do not allow it' }[code] ?? code;
  return new VecinoError('INPUT_UNREADABLE', `cannot be read: ${why}`, { details: { reason: code }, cause });
}

export function tooLarge(size: number, bytesMax: number): VecinoError {
  return new VecinoError(
    'INPUT_UNREADABLE',
    `it has ${size} bytes, more than the ${bytesMax} of fileBytesMax; raise that, or divide the file`,
    { details: { received: size, max: bytesMax } },
  );
}
