import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Advice, AdviceVerification } from '../../src/api/advice.ts';
import { seededRandom } from '../../src/base/random.ts';
import { COMMANDS_TIMEOUT_MS, vecino } from './command-line.ts';

const RECORDS = 400;
const DIMENSION = 8;

describe('vecino advise', { timeout: COMMANDS_TIMEOUT_MS }, () => {
  let folder = '';
  let library = '';
  let vectors = '';
  let queries = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-test-'));
    library = join(folder, 'library');
    vectors = join(folder, 'words.jsonl');
    queries = join(folder, 'queries.jsonl');
    const random = seededRandom(5);
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        JSON.stringify({ id: `w${i}`, vector: Array.from({ length: DIMENSION }, () => random() - 0.5) }),
      ).join('\n');
    writeFileSync(vectors, rows(RECORDS));
    writeFileSync(queries, rows(20));
    await vecino(['import', library, 'words', vectors]);
    return () => rmSync(folder, { recursive: true });
  });

  it('recommends, writes a report, applies it, and is verified later', async () => {
    const report = join(folder, 'report.html');
    const args = ['advise', library, 'words', '--queries', queries, '--report', report];
    const found = await vecino([...args, '--apply', '--json']);
    expect(found.stderr).toBe('');
    const advice = JSON.parse(found.stdout) as Advice & { readonly verification: AdviceVerification };
    expect(advice.recommendation.name).not.toBe('');
    expect(advice.verification.records).toBe(RECORDS);
    const html = readFileSync(report, 'utf8');
    expect(html).toContain('<title>Which index for words</title>');
    expect(html).toContain('Afterwards, with all 400 records');
    // One file by itself.
    expect(html).not.toMatch(/<script|<link|src=|url\(|@import/);
    const kept = join(folder, 'advice.json');
    writeFileSync(kept, found.stdout);
    const later = await vecino(['advise', library, 'words', '--verify', kept]);
    expect(later.stdout).toContain(`${advice.recommendation.name} with all 400 records`);
    expect(later.stdout).toMatch(/recall +\d\.\d{3} foretold, \d\.\d{3} measured/);
  });

  it('advises on a file, in a table', async () => {
    const found = await vecino(['advise', vectors, '--metric', 'l2', '--queries', queries]);
    expect(found.code).toBe(0);
    expect(found.stdout).toContain(`${vectors}: 400 of 8 dimensions, l2`);
    for (const family of ['flat', 'hnsw', 'ivf', 'pq', 'lsh']) {
      expect(found.stdout).toMatch(new RegExp(`^[* ] +${family} `, 'm'));
    }
    expect(found.stdout).toMatch(/^take \w+/m);
    expect(found.stderr).toMatch(/of 60 s {2}building hnsw with \d+ records/);
  });

  it('says what it cannot do', async () => {
    const refusals = [
      [['advise', library], 'is a folder, expected a file of vectors'],
      [['advise', join(folder, 'nowhere.npy')], 'there is no such file'],
      [['advise', vectors, '--filter', '{"a":1}'], '--filter is for a collection'],
      [['advise', vectors, '--apply'], '--apply is for a collection'],
      [['advise', library, 'words', '--budget-seconds', '0'], 'budget-seconds'],
      [['advise', library, 'words', '--verify', vectors], 'it is no JSON'],
      [['advise', vectors, '--verify', vectors], '--verify measures a collection'],
      [['advise', library, 'words', '--report', join(folder, 'no', 'report.html')], 'cannot be written'],
    ] as const;
    for (const [args, says] of refusals) {
      const { code, stderr } = await vecino(args);
      expect(stderr).toContain(says);
      expect(code).toBe(2);
    }
  });
});
