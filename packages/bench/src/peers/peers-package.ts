import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The package that the peers from npm are installed into; it is no part of the workspace. */
const PEERS_PACKAGE = new URL('../../peers/package.json', import.meta.url);

/** Loads a peer; throws where it is not installed. */
export function requirePeer(name: string): unknown {
  return createRequire(PEERS_PACKAGE)(name);
}

/** The version that is installed. Packages do not all let their `package.json` be asked for by name. */
export function versionOfPeer(name: string): string {
  for (let folder = dirname(createRequire(PEERS_PACKAGE).resolve(name)); ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8');
      const { version } = JSON.parse(text) as { version?: string };
      if (version !== undefined) return version;
    } catch {
      if (folder === dirname(folder)) throw new Error(`${name} says nowhere which version it is`);
    }
  }
}
