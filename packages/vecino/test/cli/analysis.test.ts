import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS_TIMEOUT_MS, vecino } from './command-line.ts';

describe('questions about a collection', { timeout: COMMANDS_TIMEOUT_MS }, () => {
  let library = '';

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vecino-test-'));
    library = join(folder, 'library');
    const file = join(folder, 'words.jsonl');
    // Two bundles of directions, and one record that belongs to neither.
    const rows = Array.from({ length: 30 }, (_, i) => {
      const kind = i % 2 === 0 ? 'ship' : 'horse';
      const vector = kind === 'ship' ? [10, i % 5, 0] : [0, i % 5, 10];
      return { id: `w${i}`, vector, document: `a ${kind} and more` };
    });
    rows.push({ id: 'odd', vector: [-10, -10, -1], document: 'neither' });
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
    await vecino(['import', library, 'words', file]);
    return () => rmSync(folder, { recursive: true });
  });

  it('finds near-duplicates in groups', async () => {
    const found = await vecino(['duplicates', library, 'words', '--min-score', '0.9999', '--json']);
    const { pairs, clusters } = JSON.parse(found.stdout);
    // 15 of each kind in five directions.
    expect(clusters).toHaveLength(10);
    expect(pairs).toHaveLength(10 * 3);
    const lines = await vecino(['duplicates', library, 'words', '--min-score', '0.9999']);
    expect(lines.stdout.trimEnd().split('\n')).toHaveLength(10);
    expect(lines.stdout).toMatch(/^1\.0000 {2}w\d+ {2}w\d+ {2}w\d+$/m);
  });

  it('finds anomalies', async () => {
    const found = await vecino(['anomalies', library, 'words', '--neighbours', '5', '--limit', '1']);
    expect(found.stdout).toMatch(/^0\.9677 .* odd {2}neither/);
    const few = await vecino(['anomalies', library, 'words', '--neighbours', '31']);
    expect(few.code).toBe(2);
    expect(few.stderr).toContain('there are 31 records, expected at least 32');
  });

  it('finds clusters with their words', async () => {
    const found = await vecino([
      'clusters',
      library,
      'words',
      '--k',
      '2',
      '--seed',
      '1',
      '--representatives',
      '1',
    ]);
    expect(found.stdout).toMatch(/^1[56] records: horse$/m);
    expect(found.stdout).toMatch(/^1[56] records: ship$/m);
  });

  it('searches by examples', async () => {
    const args = ['search', library, 'words', '--like', 'w0', '--like', 'w1', '--unlike', 'w3', '--json'];
    const { hits } = JSON.parse((await vecino(args)).stdout);
    expect(hits).toHaveLength(10);
    for (const { id } of hits) expect(['w0', 'w1', 'w3']).not.toContain(id);
    const both = await vecino(['search', library, 'words', '--like', 'w0', '--id', 'w1']);
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('exactly one of a text, --image, --vector, --id and examples');
  });
});
