import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VecinoError } from '../../src/base/errors.ts';
import { requireNode } from '../../src/base/node-version.ts';

const DIST = join(import.meta.dirname, '../../dist');

/** A Node of this machine that is too old for Vecino, beside the one that the workspace has installed. */
const OLD_NODE = findOldNode();
const WHY_SKIPPED = OLD_NODE === undefined ? ' (skipped: every Node in PATH is new enough)' : '';

describe.skipIf(OLD_NODE === undefined)(`on an old Node${WHY_SKIPPED}`, () => {
  const { program, version } = OLD_NODE ?? { program: '', version: '' };

  it('importing vecino fails with one sentence that says what is needed', () => {
    const script = `import(${JSON.stringify(pathToFileURL(join(DIST, 'index.js')).href)}).catch((error) => {
      console.log(JSON.stringify({ name: error.name, ...error.toJSON() }));
    });`;
    const output = execFileSync(program, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual({ name: 'VecinoError', ...sentence(version).toJSON() });
  });

  it('the command line prints the same sentence and nothing else', () => {
    const run = spawnSync(program, [join(DIST, 'cli/main.js'), 'list', 'nowhere'], { encoding: 'utf8' });
    expect({ stdout: run.stdout, stderr: run.stderr, status: run.status }).toEqual({
      stdout: '',
      stderr: `${sentence(version).message}\n`,
      status: 4,
    });
  });
});

function sentence(version: string): VecinoError {
  try {
    requireNode(version);
  } catch (error) {
    if (error instanceof VecinoError) return error;
  }
  throw new Error(`Node ${version} is new enough`);
}

function findOldNode(): { program: string; version: string } | undefined {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  for (const folder of folders) {
    const program = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
    if (!existsSync(program)) continue;
    const version = execFileSync(program, ['--print', 'process.versions.node'], { encoding: 'utf8' }).trim();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 13)) return { program, version };
  }
  return undefined;
}
