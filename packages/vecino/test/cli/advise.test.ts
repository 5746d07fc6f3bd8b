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
  let [questions, neither, numbers, broken] = ['', '', '', ''];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-test-'));
    library = join(folder, 'library');
    vectors = join(folder, 'words.jsonl');
    queries = join(folder, 'queries.jsonl');
    questions = join(folder, 'questions.txt');
    neither = join(folder, 'neither.jsonl');
    numbers = join(folder, 'numbers.npy');
    const random = seededRandom(5);
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        JSON.stringify({
          id: `w${i}`,
          vector: Array.from({ length: DIMENSION }, () => random() - 0.5),
          metadata: { half: i % 2 },
        }),
      ).join('\n');
    writeFileSync(vectors, rows(RECORDS));
    writeFileSync(queries, rows(20));
    writeFileSync(questions, 'what is it?\n\nand what is that?\n');
    writeFileSync(neither, '{"question":"what is it?"}\n{"answer":"it"}\n');
    writeFileSync(numbers, '');
    broken = join(folder, 'broken.fvecs');
    writeFileSync(broken, fvecsOf([...Array<number>(7).fill(1), Number.NaN, ...Array<number>(120).fill(2)]));
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

  it('advises on a file, in a table, under a filter of its metadata', async () => {
    const args = ['advise', vectors, '--metric', 'l2', '--queries', queries, '--filter', '{"half":1}'];
    const found = await vecino(args);
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
      [['advise', numbers, '--filter', '{"half":1}'], 'has vectors only'],
      [['advise', vectors, '--filter', '{"half":2}'], 'the filter lets pass none of'],
      [['advise', vectors, '--vector-field', 'embedding'], 'no row has a vector in "embedding"'],
      [['advise', vectors, '--apply'], '--apply rebuilds a collection'],
      [['advise', broken], 'broken.fvecs: row 7: vector has NaN at position 0, expected a finite number'],
      [['advise', vectors, '--field', 'title'], '--vector-field names the field of a row'],
      [['advise', vectors, '--queries', questions], '--queries has texts'],
      [['advise', library, 'words', '--queries', questions], 'has no embedding'],
      [['advise', library, 'words', '--queries', neither], 'row 2: expected a vector, or a text in "text"'],
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

/** A file of vectors of one dimension. */
function fvecsOf(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) {
    bytes.writeInt32LE(1, i * 8);
    bytes.writeFloatLE(value, i * 8 + 4);
  }
  return bytes;
}
