import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The root of the repository, over which tidiness is tested. */
export const ROOT = join(import.meta.dirname, '../../../..');

/** Built or installed, and so not ours to keep tidy. */
const FOREIGN = ['node_modules', 'dist', 'wasm', 'model', '.cache', 'coverage'];

/** Paths from the root, with slashes, of what matches a pattern and is not built or installed. */
export function find(pattern: string): string[] {
  const paths = globSync(pattern, {
    cwd: ROOT,
    exclude: (path) => FOREIGN.includes(path.split(sep).at(-1) ?? ''),
  });
  return paths.map((path) => path.split(sep).join('/')).sort();
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
