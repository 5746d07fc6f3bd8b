import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/*
 * Servers that tests need and that no registry of npm has: packages of Debian trixie with all that they depend on, the C
 * library too, unpacked into a folder of the project's cache. Nothing is installed, no script of a package runs, and
 * whoever may read the system's list of mirrors may do it.
 */

/** The release of Debian: the first with Redis 8. */
const SUITE = 'trixie';

/** Keys of Debian's archive, by which `apt-get` checks what it downloads. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const CACHE = fileURLToPath(new URL('../../../../.cache/debian', import.meta.url));

/** Long enough for some hundred megabytes; a mirror that does not answer must not hold up the tests. */
const TIMEOUT_MS = 120_000;

const run = promisify(execFile);

/** What `spawn` takes. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Programs of another Debian. */
export interface DebianRoot {
  /** Where the packages are unpacked: `<folder>/usr/bin/…`. */
  readonly folder: string;
  /** The folders with their libraries, as `LD_LIBRARY_PATH` takes them. */
  readonly libraryPath: string;
  /**
   * What to start for a program: the loader of that Debian, which finds the libraries of that Debian.
   *
   * @param program a path in the folder, or an absolute one of this machine
   * @param name what the program is to take itself for: its path, if not given
   */
  command(program: string, args: readonly string[], name?: string): Command;
}

/**
 * Packages of Debian trixie and what they depend on, unpacked when they are asked for the first time: some ten seconds.
 *
 * @throws Error that says why they cannot be had here
 */
export async function debianRoot(packages: readonly string[]): Promise<DebianRoot> {
  const folder = join(CACHE, SUITE, packages.toSorted().join('+'));
  if (!existsSync(folder)) await prepare(packages, folder);
  const libraries = await librariesOf(folder);
  const loader = await loaderIn(libraries);
  const libraryPath = libraries.join(':');
  return {
    folder,
    libraryPath,
    command: (program, args, name) => {
      const path = resolve(folder, program);
      return { file: loader, args: ['--library-path', libraryPath, '--argv0', name ?? path, path, ...args] };
    },
  };
}

/** Prepares beside the folder and renames in the end: what has the name is whole, whoever else prepares meanwhile. */
async function prepare(packages: readonly string[], folder: string): Promise<void> {
  if (process.platform !== 'linux')
    throw new Error(`packages of Debian need Linux, and this is ${process.platform}`);
  await mkdir(join(CACHE, SUITE), { recursive: true });
  const work = await mkdtemp(join(CACHE, SUITE, '.preparing-'));
  try {
    const debs = await download(packages, work);
    const root = join(work, 'root');
    await mkdir(root);
    for (const deb of debs) await run('dpkg-deb', ['--extract', deb, root], { timeout: TIMEOUT_MS });
    await rename(root, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Downloads packages and what they depend on, seen from a system that has nothing yet. */
async function download(packages: readonly string[], work: string): Promise<string[]> {
  const folders = ['lists/partial', 'cache/archives/partial', 'log'];
  for (const one of folders) await mkdir(join(work, one), { recursive: true });
  await writeFile(join(work, 'status'), '');
  await writeFile(join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${await mirror()} ${SUITE} main\n`);
  const settings = {
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': join(work, 'none'),
    'Dir::Log': join(work, 'log'),
    'Dir::State': work,
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args: string[]) => run('apt-get', [...options, '-qq', ...args], { timeout: TIMEOUT_MS });
  await apt('update');
  await apt('install', '--yes', '--download-only', ...packages);
  const archives = join(work, 'cache/archives');
  const debs = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  if (debs.length === 0) throw new Error(`no packages for ${packages.join(', ')} came from the mirror`);
  return debs.map((name) => join(archives, name));
}

/** The mirror of Debian that this machine uses itself. */
async function mirror(): Promise<string> {
  const parts = '/etc/apt/sources.list.d';
  const names = existsSync(parts) ? await readdir(parts) : [];
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(parts, name))].filter(existsSync);
  for (const file of files) {
    const lines = (await readFile(file, 'utf8'))
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'));
    const found = /\bhttps?:\/\/\S+\/debian\/?(?=\s|$)/.exec(lines.join('\n'))?.[0];
    if (found) return found;
  }
  throw new Error('this machine knows no mirror of Debian');
}

async function librariesOf(folder: string): Promise<string[]> {
  const lib = join(folder, 'usr/lib');
  const names = (await readdir(lib)).filter((name) => name.endsWith('-linux-gnu'));
  return names.map((name) => join(lib, name));
}

async function loaderIn(libraries: readonly string[]): Promise<string> {
  for (const folder of libraries) {
    const name = (await readdir(folder)).find((one) => one.startsWith('ld-linux'));
    if (name) return join(folder, name);
  }
  throw new Error('the packages have no C library: name libc6');
}
