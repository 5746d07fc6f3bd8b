import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddedDatabase } from '../../src/engine/database.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Story } from './full-disk.ts';
import { expectRefusal, type Refusal, shelfOf, stock } from './refusal.ts';

const SCRIPT = fileURLToPath(new URL('./full-disk.ts', import.meta.url));

const FULL: Refusal = {
  code: 'DISK_FULL',
  says: ['no space left', 'nothing was changed', 'free some space and try again'],
};

/**
 * Runs a command where it may mount what it likes, without anybody else seeing it: when it ends, the mount is
 * gone with it.
 */
function withMountsOfItsOwn(command: readonly string[]) {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return spawnSync('unshare', ['--mount', ...asRoot, ...command], { encoding: 'utf8' });
}

describe('a small disk', () => {
  it('refuses what does not fit, keeps what was acknowledged, and goes on when there is space', (context) => {
    const mount = temporaryFolder();
    const mounting = 'mount -t tmpfs -o size=6m none "$0"';
    const possible = withMountsOfItsOwn(['sh', '-c', mounting, mount]);
    const reason = possible.error?.message ?? possible.stderr.trim();
    if (possible.status !== 0) context.skip(`no file system can be mounted here (${reason})`);

    const run = `${mounting} && exec "$1" "$2" "$0"`;
    const { status, stdout, stderr } = withMountsOfItsOwn(['sh', '-c', run, mount, process.execPath, SCRIPT]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { calls, states, warnings } = JSON.parse(stdout) as Story;

    const refused = { code: 'DISK_FULL', retryable: true, message: expect.stringContaining('store.sqlite') };
    expect(calls).toMatchObject({
      'add until full': refused,
      'upsert while full': refused,
      'drop while full': refused,
      // The snapshot is not written, and a warning says so; the records are safe.
      'compact while full': null,
      'add to what was not dropped': null,
      'add after space was made': null,
      'add until full again': refused,
      'close while full': null,
      remove: null,
      compact: null,
      drop: null,
    });
    for (const [moment, { acknowledged, counted, listed, found, problems }] of Object.entries(states)) {
      const all = acknowledged;
      expect({ moment, counted, listed, found, problems }).toEqual({
        moment,
        counted: all,
        listed: all,
        found: all,
        problems: [],
      });
    }
    const { full, 'with space again': after, 'read while full': reading } = states;
    expect(full?.counted).toBeGreaterThan(0);
    expect(reading?.counted).toBeGreaterThan(after?.counted ?? 0);
    expect(warnings).toContain('SNAPSHOT_NOT_WRITTEN');
    expect(new Set(warnings)).not.toContain('INDEX_BUILD_FAILED');
  });
});

describe.each([
  { place: ':memory:', locate: () => ':memory:' },
  { place: 'a folder', locate: temporaryFolder },
])('a database that may not grow, $place', ({ locate }) => {
  it('refuses every write that does not fit, and takes those that do', async () => {
    const store = await openStore(locate(), { readOnly: false, create: true, pagesMax: 60 });
    const warnings: unknown[] = [];
    const database = new EmbeddedDatabase(store, { threads: 1, warn: (warning) => warnings.push(warning) });
    onTestFinished(() => database.close());
    const shelf = await shelfOf(await stock(database));
    const large = Array.from({ length: 200 }, (_, i) => ({
      id: `large ${i}`,
      vector: [1, 2, 3],
      document: 'x'.repeat(10_000),
      metadata: { year: i },
    }));
    await expectRefusal(database, () => shelf.add(large), FULL);
    await expectRefusal(database, () => shelf.upsert([...large, { id: 'a', vector: [7, 7, 7] }]), FULL);
    const longer = ['a', 'b', 'c'].map((id) => ({ id, document: 'x'.repeat(500_000) }));
    await expectRefusal(database, () => shelf.update(longer), FULL);
    // The places that the index had set aside for the refused are given again.
    expect(await shelf.stats()).toMatchObject({
      records: 3,
      index: { slots: expect.toSatisfy((n) => n < 250) },
    });
    await shelf.add(large.slice(0, 5));
    expect(await shelf.count({ year: { $lt: 5 } })).toBe(5);
    expect(await shelf.check()).toMatchObject({ problems: [] });
    expect(warnings).toEqual([]);
  });
});
