import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { records } from '../migrate/stocked.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

describe('vecino migrate', { timeout: COMMANDS_TIMEOUT_MS }, () => {
  it('plans, copies, compares and reports', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    {
      await using source = await open(from);
      await (await source.createCollection('books', { dimension: 4 })).add(records(30, 4));
    }
    const planned = await vecino(['migrate', from, to, '--dry-run']);
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(planned.stdout).toBe(
      `from ${from}#books (Vecino): 30 records\nto   ${to}#books (Vecino), to be made\n`,
    );
    expect(existsSync(to)).toBe(false);

    const report = join(folder, 'report.json');
    const copied = await vecino(['migrate', from, to, '--batch', '7', '--queries', '5', '--report', report]);
    expect(copied.code, copied.stderr).toBe(0);
    expect(copied.stdout).toMatch(/^30 records written \(.*\/s\)\n/);
    expect(copied.stdout).toContain('both ends have the same\n');
    expect(copied.stdout).toMatch(/recall@10 +1\.0000 +1\.0000/);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      written: 30,
      verification: { equal: true },
    });

    {
      await using target = await open(to);
      await (await target.openCollection('books')).remove(['r00001', 'r00002']);
    }
    const ends = ['migrate', `${from}#books`, `${to}#books`];
    const differing = await vecino([...ends, '--verify', '--differences-max', '1', '--queries', '0']);
    expect(differing.code).toBe(1);
    expect(differing.stdout).toContain(
      'the ends differ: 2 missing at the target, 0 different, 0 only there\n',
    );
    expect(differing.stdout).toContain('  missing "r00001"\n  and 1 record more\n');
    expect(await vecinoJson(...ends, '--queries', '0')).toMatchObject({
      written: 2,
      verification: { equal: true },
    });
    const misplaced = await vecino([...ends, '--verify', '--writers', '2']);
    expect(misplaced).toMatchObject({ code: 2, stdout: '' });
    expect(misplaced.stderr).toContain('--verify changes nothing, so that writers means nothing');
  });
});
