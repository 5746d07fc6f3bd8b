import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { find, ROOT } from './repository.ts';

const SRC = 'packages/vecino/src';

/** Imports that must not be, each with the rule of .dependency-cruiser.js that forbids it. */
const FORBIDDEN: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['layer-base', `${SRC}/base/bytes.ts`, `${SRC}/api/search.ts`],
  ['layer-api', `${SRC}/api/record.ts`, `${SRC}/kernel/oracle.ts`],
  ['layer-kernel', `${SRC}/kernel/oracle.ts`, `${SRC}/engine/open.ts`],
  ['layer-vector', `${SRC}/vector/metric.ts`, `${SRC}/storage/store.ts`],
  ['layer-filter', `${SRC}/filter/parse.ts`, `${SRC}/vector/metric.ts`],
  ['layer-text', `${SRC}/text/words.ts`, `${SRC}/storage/store.ts`],
  ['layer-storage', `${SRC}/storage/store.ts`, `${SRC}/vector/metric.ts`],
  ['layer-embedding', `${SRC}/embedding/remote.ts`, `${SRC}/index/registry.ts`],
  ['layer-quantizer', `${SRC}/quantizer/scalar.ts`, `${SRC}/index/registry.ts`],
  ['layer-index', `${SRC}/index/registry.ts`, `${SRC}/filter/parse.ts`],
  ['layer-measure', `${SRC}/measure/wilson.ts`, `${SRC}/api/search.ts`],
  ['layer-advisor', `${SRC}/advisor/advise.ts`, `${SRC}/engine/open.ts`],
  ['layer-engine', `${SRC}/engine/open.ts`, `${SRC}/cli/main.ts`],
  ['layer-engine', `${SRC}/engine/open.ts`, `${SRC}/index.ts`],
  ['layer-retrieval', `${SRC}/retrieval/retrieve.ts`, `${SRC}/engine/open.ts`],
  ['layer-evaluation', `${SRC}/evaluation/evaluate.ts`, `${SRC}/retrieval/retrieve.ts`],
  ['layer-tools', `${SRC}/tools/tool.ts`, `${SRC}/engine/open.ts`],
  ['layer-driver', `${SRC}/driver/open.ts`, `${SRC}/cli/main.ts`],
  ['drivers', `${SRC}/driver/postgres/open.ts`, `${SRC}/driver/other/open.ts`],
  ['drivers-behind-the-front', `${SRC}/driver/front/backend.ts`, `${SRC}/driver/postgres/open.ts`],
  ['layer-migrate', `${SRC}/migrate/migrate.ts`, `${SRC}/storage/store.ts`],
  ['layer-cli', `${SRC}/cli/main.ts`, `${SRC}/storage/store.ts`],
  // A unit test is a part of its layer.
  ['layer-filter', `${SRC}/filter/parse.test.ts`, `${SRC}/vector/metric.ts`],
  ['layer-unknown', `${SRC}/utils/everything.ts`, `${SRC}/base/bytes.ts`],
  ['siblings', `${SRC}/index/hnsw/family.ts`, `${SRC}/index/flat/family.ts`],
  ['packages-by-name', 'packages/bench/src/main.ts', `${SRC}/index.ts`],
  ['packages-by-name', 'examples/glosses/demo.ts', `${SRC}/index.ts`],
  ['nothing-below-vecino', `${SRC}/cli/main.ts`, 'packages/minilm/src/index.ts'],
  ['dependencies-at-the-edge', `${SRC}/engine/open.ts`, 'node_modules/left-pad/index.js'],
  ['no-development-dependencies', `${SRC}/cli/main.ts`, 'node_modules/only-for-us/index.js'],
  ['no-tests-in-code', `${SRC}/engine/open.ts`, 'packages/vecino/test/temporary-folder.ts'],
  ['no-tests-in-code', `${SRC}/engine/open.ts`, `${SRC}/filter/parse.test.ts`],
  ['no-circles', `${SRC}/engine/database.ts`, `${SRC}/engine/planner.ts`],
  ['sqlite-when-asked', `${SRC}/storage/store.ts`, 'node:sqlite'],
  ['resolvable', `${SRC}/engine/open.ts`, './nowhere.ts'],
];

/** Makes a circle of the import that `no-circles` forbids. */
const BACK = [`${SRC}/engine/planner.ts`, `${SRC}/engine/database.ts`] as const;

/** Imports like those above that are as they should be. */
const ALLOWED: readonly (readonly [from: string, to: string])[] = [
  [`${SRC}/api/record.ts`, `${SRC}/base/bytes.ts`],
  [`${SRC}/index/registry.ts`, `${SRC}/index/flat/family.ts`],
  [`${SRC}/index/registry.ts`, `${SRC}/index/hnsw/family.ts`],
  [`${SRC}/cli/main.ts`, `${SRC}/index.ts`],
  [`${SRC}/cli/main.ts`, 'node_modules/left-pad/index.js'],
  [`${SRC}/filter/parse.test.ts`, `${SRC}/filter/parse.ts`],
  [`${SRC}/filter/parse.test.ts`, 'packages/vecino/test/temporary-folder.ts'],
];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

describe('the rules of layers', () => {
  let violations: string[] = [];

  beforeAll(() => {
    const scratch = mkdtempSync(join(tmpdir(), 'vecino-test-'));
    writeProject(scratch);
    violations = cruise(scratch);
    return () => rmSync(scratch, { recursive: true });
  });

  it.each(FORBIDDEN)('%s forbids %s to import %s', (rule, from, to) => {
    expect(violations).toContain(`${rule}: ${from} -> ${to}`);
  });

  it.each(ALLOWED)('allow %s to import %s', (from, to) => {
    expect(violations.filter((violation) => violation.endsWith(`${from} -> ${to}`))).toEqual([]);
  });

  it('know every folder of the sources', () => {
    const folders = new Set(find(`${SRC}/*/**/*.ts`).map((path) => path.split('/')[3]));
    const tried = new Set(FORBIDDEN.map(([, from]) => from.split('/')[3]));
    expect([...folders].filter((folder) => !tried.has(folder))).toEqual([]);
  });
});

/** A workspace of empty modules with nothing but the imports above, under our own rules. */
function writeProject(scratch: string): void {
  for (const file of ['.dependency-cruiser.js', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(ROOT, file), join(scratch, file));
  }
  const imports = new Map<string, string[]>();
  const edges = [...FORBIDDEN.map(([, from, to]) => [from, to] as const), ...ALLOWED, BACK];
  for (const [from, to] of edges) {
    for (const file of [from, to]) if (/^\w.*\.[jt]s$/.test(file)) imports.set(file, imports.get(file) ?? []);
    imports.get(from)?.push(specifier(from, to));
  }
  for (const [file, specifiers] of imports) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    // Type-only where that is no exception to the rule: they bind layers like any other import.
    const lines = specifiers.map((to) =>
      to.startsWith('.') ? `import type {} from '${to}';` : `import '${to}';`,
    );
    writeFileSync(join(scratch, file), [...lines, 'export {};'].join('\n'));
  }
  const manifest = { name: 'vecino', type: 'module' };
  writeJson(join(scratch, 'package.json'), { ...manifest, name: 'scratch', workspaces: ['packages/*'] });
  writeJson(join(scratch, 'packages/vecino/package.json'), {
    ...manifest,
    dependencies: { 'left-pad': '1' },
    devDependencies: { 'only-for-us': '1' },
  });
  for (const name of ['left-pad', 'only-for-us']) {
    writeJson(join(scratch, `node_modules/${name}/package.json`), {
      name,
      version: '1.0.0',
      main: 'index.js',
    });
  }
}

function specifier(from: string, to: string): string {
  if (to.startsWith('.') || to.startsWith('node:')) return to;
  if (to.startsWith('node_modules/')) return to.split('/')[1] ?? '';
  const up = '../'.repeat(from.split('/').length - 1);
  return `./${up}${to}`;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value));
}

/** Violations as `rule: from -> to`. */
function cruise(folder: string): string[] {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const flags = ['--config', '.dependency-cruiser.js', '--output-type', 'json', 'packages', 'examples'];
  const output = execFileSync(process.execPath, [program, ...flags], { cwd: folder, encoding: 'utf8' });
  const { summary } = JSON.parse(output) as { summary: { violations: Violation[] } };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}
