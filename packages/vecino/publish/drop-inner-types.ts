/**
 * Takes the declarations out of `dist` that no public entry mentions: nobody's compiler reads them, and they are a
 * fifth of the package.
 */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const folder = dirname(import.meta.dirname);

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const kept = new Set<string>();
for (const entry of Object.values(exports)) {
  if (typeof entry !== 'string') keep(join(folder, entry.types));
}

const all = globSync('dist/**/*.d.ts', { cwd: folder }).map((file) => join(folder, file));
const dropped = all.filter((file) => !kept.has(file));
for (const file of dropped) rmSync(file);
process.stdout.write(`types: ${kept.size} files are public, ${dropped.length} are dropped\n`);

/** Keeps a file, and what it imports by a relative path. */
function keep(file: string): void {
  if (kept.has(file)) return;
  kept.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, path = ''] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    keep(resolve(dirname(file), path.replace(/[.][jt]s$/, '.d.ts')));
  }
}
