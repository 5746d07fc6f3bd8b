import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '../..');

/** Packs what would be published and answers the path of the archive. */
export function pack(folder: string): string {
  if (!existsSync(join(PACKAGE, 'dist/index.js')))
    throw new Error('vecino is not built; run `npm run build`');
  const flags = ['pack', '--json', '--pack-destination', folder, '--loglevel', 'error'];
  execFileSync('npm', flags, { cwd: PACKAGE, shell: process.platform === 'win32' });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm pack has written no archive');
  return join(folder, archive);
}

/** Paths and sizes of the files in an archive. */
export function contents(archive: string): { path: string; size: number }[] {
  const listing = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8' });
  return listing
    .trim()
    .split('\n')
    .map((line) => {
      const [, , size = '', , , path = ''] = line.split(/\s+/);
      return { path: path.replace(/^package\//, ''), size: Number(size) };
    });
}

/**
 * Installs an archive into `node_modules` of a folder, without a network: it is unpacked, and its
 * dependencies are those that the workspace has installed.
 */
export function install(archive: string, folder: string): void {
  const target = join(folder, 'node_modules/vecino');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components', '1']);
  const { dependencies } = createRequire(target)(join(target, 'package.json')) as { dependencies: object };
  for (const name of [...Object.keys(dependencies), '@types/node']) link(name, folder);
}

function link(name: string, folder: string): void {
  const places = [join(PACKAGE, 'node_modules', name), join(PACKAGE, '../../node_modules', name)];
  const installed = places.find(existsSync);
  if (installed === undefined) throw new Error(`${name} is not installed; run \`npm ci\``);
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(installed, place, 'junction');
}
