import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { find, ROOT } from '../tidy/repository.ts';
import { contents, install, pack } from './installed-package.ts';

/** A few megabytes: the engine, five families, drivers of other stores, models of texts and pictures, and the command line. */
const SIZE_MAX = 2_500_000;

describe('built files', () => {
  it('import files that are there: the compiler has not rewritten every path to a source by itself', () => {
    const built = globSync('packages/*/dist/**/*.js', { cwd: ROOT });
    expect(built.length).toBeGreaterThan(100);
    const missing = built.flatMap((path) => {
      const code = readFileSync(join(ROOT, path), 'utf8');
      const imported = code.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g);
      return Array.from(imported, ([, to = '']) => to)
        .filter((to) => !existsSync(join(ROOT, dirname(path), to)))
        .map((to) => `${path}: ${to}`);
    });
    expect(missing).toEqual([]);
  });
});

describe('the published package', () => {
  let folder = '';
  let archive = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-test-'));
    archive = pack(folder);
    install(archive, folder);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    return () => rmSync(folder, { recursive: true });
  });

  it('holds what its users need and nothing else', () => {
    const paths = contents(archive).map(({ path }) => path);
    expect(paths).toContain('README.md');
    expect(paths).toContain('LICENSE');
    expect(paths.filter((path) => path.endsWith('.wasm')).length).toBeGreaterThan(0);
    const known =
      /^(package\.json|README\.md|LICENSE|bin\/vecino\.js|wasm\/[\w-]+\.wasm|dist\/[\w/.-]+(\.js|\.d\.ts))$/;
    expect(paths.filter((path) => !known.test(path) || /\.test\.|(^|\/)test\//.test(path))).toEqual([]);
  });

  it('holds one built file for each source, and none of a source that is gone', () => {
    const sources = find('packages/vecino/src/**/*.ts').filter((path) => !/\.(test|d)\.ts$/.test(path));
    const expected = sources.map((path) =>
      path.replace('packages/vecino/src/', 'dist/').replace(/\.ts$/, '.js'),
    );
    const built = contents(archive).filter(({ path }) => /^dist\/.*\.js$/.test(path));
    expect(built.map(({ path }) => path).sort()).toEqual(expected.sort());
  });

  it(`is smaller than ${SIZE_MAX} bytes when unpacked`, () => {
    const bytes = contents(archive).reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(SIZE_MAX);
  });

  it('runs where it is installed: in memory, in a folder, and from the command line', () => {
    const program = `
      import { open } from 'vecino';
      for (const location of [':memory:', './library']) {
        await using db = await open(location);
        const docs = await db.collection('docs', { dimension: 2 });
        await docs.upsert([{ id: 'east', vector: [1, 0] }, { id: 'north', vector: [0, 1] }]);
        const [hit] = await docs.search({ vector: [0.1, 0.9] });
        console.log(location, hit.id);
      }`;
    expect(run(process.execPath, ['--input-type=module', '--eval', program])).toBe(
      ':memory: north\n./library north\n',
    );
    const command = join(folder, 'node_modules/vecino/bin/vecino.js');
    const listing = JSON.parse(run(process.execPath, [command, 'list', 'library', '--json'])) as object;
    expect(listing).toMatchObject({ collections: [{ name: 'docs', records: 2 }] });
  });

  it('has types that a strict user’s compiler takes', () => {
    writeFileSync(
      join(folder, 'program.ts'),
      `import { open, type Collection, type VecinoError } from 'vecino';
       import { ERROR_CATALOGUE } from 'vecino/errors';
       const db = await open(':memory:');
       const books: Collection<{ year: number }> = await db.collection<{ year: number }>('books', { dimension: 2 });
       await books.search({ vector: [1, 2], filter: { year: { $lt: 2000 } } });
       // @ts-expect-error a filter of the wrong type
       await books.search({ vector: [1, 2], filter: { year: '2000' } });
       export const codes: VecinoError['code'][] = Object.keys(ERROR_CATALOGUE) as VecinoError['code'][];`,
    );
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const libraries = ['--lib', 'es2022,esnext.disposable', '--skipLibCheck', 'false'];
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(run(process.execPath, [compiler, ...flags, ...libraries, 'program.ts'])).toBe('');
  });

  /** What a program prints; its own output where it fails. */
  function run(program: string, args: readonly string[]): string {
    try {
      return execFileSync(program, args, {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} failed: ${stdout ?? ''}${stderr ?? ''}`, { cause: error });
    }
  }
});
