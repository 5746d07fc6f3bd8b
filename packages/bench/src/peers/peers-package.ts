import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Where engines may be installed: in the package that `npm run bench:peers` fills, in the folder where the command
 * runs, which is a user's own, or beside the bench.
 */
function places(): string[] {
  const peers = new URL('../../peers/package.json', import.meta.url).href;
  const own = pathToFileURL(join(process.cwd(), 'package.json')).href;
  return [peers, own, import.meta.url];
}

/** The file that a peer's name stands for, in the first place that has it; throws where it is not installed. */
function resolvePeer(name: string): { readonly path: string; readonly require: NodeJS.Require } {
  for (const place of places()) {
    const require = createRequire(place);
    try {
      return { path: require.resolve(name), require };
    } catch {
      // It may be in the next place.
    }
  }
  throw new Error(`${name} is not installed`);
}

/** Loads a peer; throws where it is not installed. */
export function requirePeer(name: string): unknown {
  const { path, require } = resolvePeer(name);
  return require(path);
}

/** In a sentence with the remedy, why a peer cannot run here; undefined where it is installed. */
export function absenceOf(...names: readonly string[]): string | undefined {
  try {
    for (const name of names) resolvePeer(name);
    return undefined;
  } catch {
    return `not installed: npm install ${names.join(' ')}`;
  }
}

/**
 * The same of a server, whose address is in the environment: it may hold a password, which a command line would show
 * to everybody on the machine.
 */
export async function absenceOfServer(
  variable: string,
  example: string,
  greet: () => Promise<unknown>,
): Promise<string | undefined> {
  if (!process.env[variable]) return `no address: set ${variable}=${example}`;
  try {
    await greet();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    return `no answer at the address in ${variable} (${reason}): start its server`;
  }
}

/** The version that is installed. Packages do not all let their `package.json` be asked for by name. */
export function versionOfPeer(name: string): string {
  for (let folder = dirname(resolvePeer(name).path); ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8');
      const { version } = JSON.parse(text) as { version?: string };
      if (version !== undefined) return version;
    } catch {
      if (folder === dirname(folder)) throw new Error(`${name} says nowhere which version it is`);
    }
  }
}
