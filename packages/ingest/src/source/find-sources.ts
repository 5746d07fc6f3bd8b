import { type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, posix, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { VecinoError } from 'vecino/errors';
import { formatOf } from '../read/formats.ts';
import { FileSource, unreadable } from './file-source.ts';
import { PageSource } from './page-source.ts';
import type { Source, SourceRoot } from './source.ts';

export interface FindOptions {
  /** Patterns of what is left out of folders, relative to them. */
  readonly ignore: readonly string[];
  readonly fileBytesMax: number;
}

/** What is left out of every folder: other people's code; names that begin with a dot are left out by the walk. */
const NEVER = ['**/node_modules/**'];

/** Pages that are fetched at a time: as many as a browser asks of one server. */
const PAGES_AT_ONCE = 6;

/** How many files are asked for their size and time at once. */
const STATS_AT_ONCE = 64;

/**
 * Finds the sources that a name stands for: `@list` is a file with an address on each line; a folder stands for all
 * files in it, a pattern for those that match.
 *
 * @throws INPUT_UNREADABLE where there is no such file or folder, or no file matches
 */
export async function findSources(name: string, options: FindOptions): Promise<SourceRoot> {
  if (name.startsWith('@')) return pagesOf(name.slice(1), options);
  const path = resolve(name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return filesIn(path, path, '**/*', options, isOfKnownFormat);
  if (stats !== undefined) return oneFile(path, stats, options);
  if (!isDynamicPattern(name)) throw notFound(name);
  const { base, pattern } = dividePattern(name);
  const found = await filesIn(join(base, pattern), base, pattern, options, () => true);
  if (found.sources.length === 0) throw notFound(name);
  return found;
}

function oneFile(path: string, stats: Stats, { fileBytesMax }: FindOptions): SourceRoot {
  return {
    root: path,
    sources: [new FileSource(basename(path), path, stats, fileBytesMax)],
    ignored: 0,
    atOnce: 1,
  };
}

/** The files below a folder that match a pattern, in the order of their names. */
async function filesIn(
  root: string,
  folder: string,
  pattern: string,
  { ignore, fileBytesMax }: FindOptions,
  isWanted: (path: string) => boolean,
): Promise<SourceRoot> {
  const found = await glob(pattern, {
    cwd: folder,
    ignore: [...NEVER, ...ignore],
    followSymbolicLinks: false,
  });
  const wanted = found.filter(isWanted).sort();
  const sources: Source[] = [];
  for (let start = 0; start < wanted.length; start += STATS_AT_ONCE) {
    const portion = wanted.slice(start, start + STATS_AT_ONCE);
    const made = portion.map((path) => fileSource(folder, path, fileBytesMax));
    sources.push(...(await Promise.all(made)));
  }
  return { root, sources, ignored: found.length - wanted.length, atOnce: 1 };
}

async function fileSource(folder: string, path: string, fileBytesMax: number): Promise<Source> {
  const name = posix.join(basename(folder), path.split(sep).join(posix.sep));
  const whole = join(folder, path);
  try {
    return new FileSource(name, whole, await stat(whole), fileBytesMax);
  } catch (cause) {
    // It has gone since it was found, or leads nowhere: said like all that cannot be read.
    return { name, size: 0, load: () => Promise.reject(unreadable(cause)) };
  }
}

function isOfKnownFormat(path: string): boolean {
  return formatOf(path) !== undefined;
}

/** The folder at the beginning of a pattern, and what is a pattern in it. */
function dividePattern(name: string): { base: string; pattern: string } {
  const parts = name.split(/[/\\]/);
  const first = parts.findIndex((part) => isDynamicPattern(part));
  const base = parts.slice(0, first).join('/') || (name.startsWith('/') ? '/' : '.');
  return { base: resolve(base), pattern: parts.slice(first).join('/') };
}

/** A list has an address on each line; empty lines and those that begin with # say nothing. */
async function pagesOf(list: string, { fileBytesMax }: FindOptions): Promise<SourceRoot> {
  const path = resolve(list);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VecinoError('INPUT_UNREADABLE', `the list of addresses ${list} ${unreadable(cause).message}`, {
      details: { file: list },
      cause,
    });
  });
  const lines = text.split('\n').map((line) => line.trim());
  const addresses = new Set(lines.filter((line) => line !== '' && !line.startsWith('#')));
  const sources = Array.from(addresses, (address) => new PageSource(address, fileBytesMax));
  return { root: path, sources, ignored: 0, atOnce: PAGES_AT_ONCE };
}

function notFound(name: string): VecinoError {
  const what = isDynamicPattern(name) ? 'no file matches it' : 'there is no such file or folder';
  return new VecinoError('INPUT_UNREADABLE', `${name}: cannot be read: ${what}`, {
    details: { file: name, reason: what },
  });
}
