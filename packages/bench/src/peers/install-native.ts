/**
 * Compiles the C++ yardsticks. Debian's headers of hnswlib are all there is to hnswlib; FAISS is compiled from
 * Debian's source package, because its binary package is made for any processor and has no AVX2, which makes
 * it three to seven times slower and no fair yardstick.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { NATIVE_FOLDER } from './native.ts';

const SOURCES = join(import.meta.dirname, '..', '..', 'peers', 'native');
const LANGUAGE = '-std=c++17';

export function installHnswlib(): void {
  compile({
    program: 'hnswlib',
    version: versionOfPackage('libhnswlib-dev'),
    options: ['-O3', '-march=native'],
  });
}

const FAISS_OPTIONS = ['-O3', '-mavx2', '-mfma', '-mf16c', '-mpopcnt', '-fopenmp'];
/** Folders of FAISS's sources, all of which are compiled: what reads and writes indexes knows every kind. */
const FAISS_FOLDERS = ['.', 'impl', 'invlists', 'utils'];

export function installFaiss(): void {
  const folder = join(NATIVE_FOLDER, 'faiss');
  if (!existsSync(folder)) unpackFaiss(folder);
  const library = compileFaiss(folder);
  for (const program of ['faiss-flat', 'faiss-ivf']) {
    compile({
      program,
      version: `${faissVersion(folder)}, OpenBLAS ${versionOfPackage('libopenblas-dev')}`,
      options: FAISS_OPTIONS,
      beside: ['-I', folder, library, '-lopenblas'],
    });
  }
}

/** The library as `libfaiss.a`. Objects that are there already stay: a file takes seconds, all of them minutes. */
function compileFaiss(folder: string): string {
  const objects = join(folder, 'objects');
  mkdirSync(objects, { recursive: true });
  const paths = FAISS_FOLDERS.flatMap((part) =>
    readdirSync(join(folder, 'faiss', part))
      .filter((name) => name.endsWith('.cpp'))
      .map((name) => join(part, name)),
  ).map((source) => {
    const object = join(objects, source.replaceAll('/', '_').replace(/cpp$/, 'o'));
    if (existsSync(object)) return object;
    console.log(`compiling ${source}`);
    const unfinished = `${object}.unfinished`;
    // FAISS declares BLAS itself and has to be told how wide its integers are.
    const options = [...FAISS_OPTIONS, '-DFINTEGER=int', '-w', '-I', folder];
    gpp([...options, '-c', join(folder, 'faiss', source), '-o', unfinished]);
    renameSync(unfinished, object);
    return object;
  });
  const library = join(folder, 'libfaiss.a');
  rmSync(library, { force: true });
  execFileSync('ar', ['rcs', library, ...paths], { stdio: 'inherit' });
  return library;
}

interface Compilation {
  readonly program: string;
  readonly version: string;
  /** Options that the report shows. */
  readonly options: readonly string[];
  readonly beside?: readonly string[];
}

function compile({ program, version, options, beside = [] }: Compilation): void {
  mkdirSync(NATIVE_FOLDER, { recursive: true });
  gpp([
    ...options,
    `-DLIBRARY_VERSION="${version}"`,
    `-DCOMPILE_OPTIONS="${options.join(' ')}"`,
    join(SOURCES, `${program}.cpp`),
    ...beside,
    '-o',
    join(NATIVE_FOLDER, program),
  ]);
}

function gpp(args: readonly string[]): void {
  execFileSync('g++', [LANGUAGE, ...args], { stdio: 'inherit' });
}

function versionOfPackage(name: string): string {
  const [, version = 'unknown'] = execFileSync('dpkg-query', ['--show', name], { encoding: 'utf8' })
    .trim()
    .split('\t');
  return version;
}

/**
 * Fetches and unpacks Debian's source package. Few machines name source packages among what apt may fetch, so
 * apt is given lists of its own: the machine's, with `deb-src` in the place of `deb`. The machine's stay as
 * they are.
 */
function unpackFaiss(folder: string): void {
  const work = mkdtempSync(join(tmpdir(), 'vecino-bench-faiss-'));
  try {
    const parts = join(work, 'sources');
    const lists = join(work, 'lists');
    mkdirSync(parts);
    mkdirSync(lists);
    for (const [name, text] of sourceLists()) writeFileSync(join(parts, name), text);
    const apt = (args: readonly string[]) => {
      const settings = [
        'Dir::Etc::sourcelist=/dev/null',
        `Dir::Etc::sourceparts=${parts}`,
        `Dir::State::lists=${lists}`,
      ];
      execFileSync('apt-get', ['-q', ...settings.flatMap((setting) => ['-o', setting]), ...args], {
        cwd: work,
        stdio: 'inherit',
      });
    };
    apt(['update']);
    apt(['source', '--download-only', 'faiss']);
    const description = readdirSync(work).find((file) => file.endsWith('.dsc'));
    if (!description) throw new Error('apt-get source brought no description of the package faiss');
    mkdirSync(NATIVE_FOLDER, { recursive: true });
    execFileSync('dpkg-source', ['--no-check', '--no-copy', '-x', description, folder], {
      cwd: work,
      stdio: 'inherit',
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Its sources say it in three lines: `#define FAISS_VERSION_MAJOR 1`. */
function faissVersion(folder: string): string {
  const header = readFileSync(join(folder, 'faiss', 'Index.h'), 'utf8');
  return Array.from(
    header.matchAll(/^#define FAISS_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)/gm),
    ([, part]) => part,
  ).join('.');
}

const APT_FOLDER = '/etc/apt';

/** The machine's lists of packages, asking for sources. */
function sourceLists(): [name: string, text: string][] {
  const folder = join(APT_FOLDER, 'sources.list.d');
  const files = readdirSync(folder).map((name) => join(folder, name));
  return [join(APT_FOLDER, 'sources.list'), ...files]
    .filter((path) => existsSync(path) && /[.](list|sources)$/.test(path))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return [
        basename(path),
        text.replaceAll(/^Types: deb$/gm, 'Types: deb-src').replaceAll(/^deb /gm, 'deb-src '),
      ];
    });
}
