import { readdir, stat } from 'node:fs/promises';
import { extname, join, posix, sep } from 'node:path';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';

/** What is a picture by its name; what is none by its content is found out when it is decoded. */
const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.avif', '.tif', '.tiff', '.svg']);

/**
 * The pictures of folders, in the order of their names, and the files that are named themselves, whatever they are
 * called. Hidden files and folders are left out, and so is `node_modules`. Paths have slashes on every system, so that
 * ids made of them are the same.
 *
 * @throws INPUT_UNREADABLE where a source is not there or a folder cannot be read
 */
export async function pictureFiles(sources: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const source of sources) {
    for (const file of (await isFolder(source)) ? await filesIn(source) : [source]) files.add(slashed(file));
  }
  return [...files];
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
