import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { debianRoot } from './debian-root.ts';

const root = await debianRoot(['libc6', 'redis-tools']).catch((error: unknown) => String(error));
const why = typeof root === 'string' ? `, skipped: ${root}` : '';

describe.skipIf(typeof root === 'string')(`programs of another Debian${why}`, () => {
  it('run with their own libraries, under the name that they are given', () => {
    if (typeof root === 'string') return;
    const { file, args } = root.command('usr/bin/redis-check-rdb', ['--version'], 'redis-server');
    expect(file.startsWith(root.folder)).toBe(true);
    expect(execFileSync(file, args, { encoding: 'utf8' })).toMatch(/^Redis server v=8\./);
  });

  it('may be of this machine', () => {
    if (typeof root === 'string') return;
    const { file, args } = root.command(process.execPath, ['--print', '6 * 7']);
    expect(execFileSync(file, args, { encoding: 'utf8' })).toBe('42\n');
  });
});
