import { describe, expect, it } from 'vitest';
import { read } from './repository.ts';

interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
  readonly gypfile?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const LOCK = (JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }).packages;

/** Scripts that npm runs on the machine of whoever installs the package. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];

/** Where npm installed a dependency of the package at `from`: beside it, or in a folder further up. */
function locate(name: string, from: string): string {
  for (let folder = from; ; folder = folder.replace(/\/?[^/]+$/, '')) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const found = LOCK[place];
    if (found) return found.link ? (found.resolved ?? place) : place;
    if (folder === '') throw new Error(`package-lock.json has no "${name}" for "${from}"`);
  }
}

/** Everything that installing the package brings along, itself included, by place in package-lock.json. */
function closure(root: string): string[] {
  const places = new Set([root]);
  for (const place of places) {
    const { dependencies, optionalDependencies } = LOCK[place] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      places.add(locate(name, place));
  }
  return [...places];
}

function needsCompilerOrPlatform(place: string): boolean {
  const locked = LOCK[place];
  return Boolean(locked?.gypfile || locked?.os || locked?.cpu) || place.includes('node-gyp');
}

describe.each([
  'packages/vecino',
  'packages/local-model',
  'packages/minilm',
  'packages/ingest',
  'packages/vector-files',
  'packages/bench',
  'packages/langchain',
  'packages/mcp',
])('%s', (root) => {
  const places = closure(root);
  const manifest = JSON.parse(read(`${root}/package.json`)) as Manifest;

  it('brings its dependencies along and nothing else', () => {
    expect(places.length).toBeGreaterThan(Object.keys(manifest.dependencies ?? {}).length);
  });

  it('runs no script of its own when it is installed', () => {
    expect(Object.keys(manifest.scripts ?? {}).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([]);
  });

  it('needs no compiler and runs on every platform', () => {
    expect(places.filter(needsCompilerOrPlatform)).toEqual([]);
  });
});

describe('install scripts', () => {
  const withScripts = (root: string): string[] =>
    closure(root).filter((place) => LOCK[place]?.hasInstallScript);

  it('are in no dependency of vecino', () => {
    expect(withScripts('packages/vecino')).toEqual([]);
  });

  it('are in no dependency of @vecino/mcp', () => {
    expect(withScripts('packages/mcp')).toEqual([]);
  });

  it('are in no dependency of @vecino/ingest', () => {
    expect(withScripts('packages/ingest')).toEqual([]);
  });

  it('are in one dependency of @vecino/minilm, which only prints a warning about versions', () => {
    expect(withScripts('packages/minilm')).toEqual(['node_modules/protobufjs']);
  });

  it('are in the same dependency of @vecino/mobilenet', () => {
    expect(withScripts('packages/mobilenet')).toEqual(['node_modules/protobufjs']);
  });
});
