import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './repository.ts';

const HEAD = `import { beforeAll, describe, expect, it } from 'vitest';\n`;

/** The last line of what a run over these test files prints. */
function lastLine(files: Readonly<Record<string, string>>): string | undefined {
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  mkdirSync(join(folder, 'test'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'test', name), HEAD + text);
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'test-reporter.ts')}`];
  const run = spawnSync(process.execPath, [vitest, 'run', '--root', folder, ...reporters], {
    encoding: 'utf8',
  });
  return run.stdout.trimEnd().split('\n').at(-1);
}

describe('the last line of a test run', () => {
  it('counts what passed', () => {
    expect(lastLine({ 'a.test.ts': `it('passes', () => {});` })).toBe('1 passed, 0 failed');
  });

  it('counts what was skipped and what failed, also outside a test', () => {
    const line = lastLine({
      'a.test.ts': `it('passes', () => {}); it('fails', () => expect(1).toBe(2)); it.skip('waits', () => {});`,
      'deep.test.ts': `describe('deep', () => it('passes', () => {}));`,
      'cannot-load.test.ts': `import './nowhere.ts'; it('never runs', () => {});`,
      'hook.test.ts': `describe('suite', () => { beforeAll(() => { throw new Error('no') }); it('waits', () => {}); });`,
      'uncaught.test.ts': `it('passes', () => { Promise.reject(new Error('nobody catches this')); });`,
    });
    expect(line).toBe('3 passed, 4 failed, 2 skipped');
  });

  it('is no success where there are no tests', () => {
    expect(lastLine({})).toBe('0 passed, 1 failed');
  });
});
