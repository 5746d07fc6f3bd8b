import { readdir, stat } from 'node:fs/promises';
import { extname, join, posix, resolve, sep } from 'node:path';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';

/** What is a picture by its name; what is none by its content is found out when it is decoded. */
const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.avif', '.tif', '.tiff', '.svg']);

/** A picture, and the source that it was found by. */
export interface PictureFile {
  readonly path: string;
  /** Where the source lies, whatever folder the command is run in. */
  readonly root: string;
}

export interface FoundPictures {
  readonly files: readonly PictureFile[];
  /** Those of all sources, of such as have no picture too. */
  readonly roots: readonly string[];
}

/**
 * The pictures of folders, in the order of their names, and the files that are named themselves, whatever they are
 * called. Hidden files and folders are left out, and so is `node_modules`. Paths have slashes on every system, so that
 * ids made of them are the same.
 *
 * @throws INPUT_UNREADABLE where a source is not there or a folder cannot be read
 */
export async function findPictures(sources: readonly string[]): Promise<FoundPictures> {
  const rootOf = new Map<string, string>();
  const roots = sources.map((source) => slashed(resolve(source)));
  for (const [i, source] of sources.entries()) {
    const paths = (await isFolder(source)) ? await filesIn(source) : [source];
    for (const path of paths.map(slashed)) if (!rootOf.has(path)) rootOf.set(path, roots[i] ?? '');
  }
  return { files: Array.from(rootOf, ([path, root]) => ({ path, root })), roots };
}

async function isFolder(source: string): Promise<boolean> {
  try {
    return (await stat(source)).isDirectory();
  } catch (cause) {
    throw unreadable(source, cause);
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesIn(path)));
    else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) files.push(path);
  }
  return files;
}

function slashed(path: string): string {
  return path.split(sep).join(posix.sep);
}

function unreadable(source: string, cause: unknown): VecinoError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? String(cause)})`;
  return new VecinoError('INPUT_UNREADABLE', `the source ${quoted(source)} ${why}`, {
    details: { source },
    cause,
  });
}
