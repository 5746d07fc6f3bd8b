import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInvocation } from '../src/scenarios/options.ts';
import { SCENARIOS, type ScenarioName } from '../src/scenarios/registry.ts';
import { toMarkdown } from '../src/scenarios/report/markdown.ts';
import type { ScenarioReport } from '../src/scenarios/report/report.ts';
import { writeScenarioReport } from '../src/scenarios/report/write.ts';
import { runScenario } from '../src/scenarios/run.ts';

/**
 * Every scenario on a few thousand made-up vectors, so that none can rot: what is right has to be right at any
 * size, and what is fast is not asked.
 */
describe('npm run bench:scenarios -- --tiny', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-scenarios-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('filters: finds every nearest match, however few match and wherever they lie', async () => {
    const { rows } = await runTiny('filters');
    expect(rows).toHaveLength(16);
    for (const row of rows) {
      expect(row, JSON.stringify(row)).toMatchObject({ wrongHits: 0, wrongCounts: 0 });
      expect(row['recall']).toBeGreaterThanOrEqual(0.95);
      expect(row['qps']).toBeGreaterThan(0);
    }
    // Both ways to answer have been taken: else one of them is not tested here.
    const walked = rows.map((row) => row['walked']);
    expect(walked).toContain(0);
    expect(walked).toContain(1);
  });

  it('churn: loses nothing and answers as a fresh build does', async () => {
    const { rows, goals } = await runTiny('churn');
    expect(rows.map((row) => row['collection'])).toEqual([...Array(4).fill('churned'), 'compacted', 'fresh']);
    for (const row of rows) {
      expect(row, JSON.stringify(row)).toMatchObject({ records: 1_500, wrongHits: 0, wrongCounts: 0 });
      expect(row['recallAtEf64']).toBeGreaterThanOrEqual(0.99);
    }
    expect(goals.at(-1)).toMatchObject({ found: '0 wrong, 0 problems', kept: true });
  });

  it('growth: reaches the recall at every size and computes more distances at larger ones', async () => {
    const { rows } = await runTiny('growth');
    const families = [...new Set(rows.map((row) => row['family']))];
    expect(families).toEqual(expect.arrayContaining(['flat', 'hnsw']));
    for (const family of families) {
      const own = rows.filter((row) => row['family'] === family);
      expect(own.map((row) => row['records'])).toEqual([500, 1_000, 3_000]);
      // The smallest are compared as a whole: by families that learn, and where that is quicker.
      const byIndex = own.slice(1).filter((row) => row['byIndex'] === 1);
      const distances = byIndex.map((row) => Number(row['distanceComputations']));
      expect(distances, String(family)).toEqual(distances.toSorted((a, b) => a - b));
      for (const row of own) expect(row['searchMicroseconds']).toBeGreaterThan(0);
    }
  });

  // The advisor may take its whole budget, which is that of a machine that does other things too.
  it('advisor: recommends what is tried, and its forecasts are compared with what came', {
    timeout: 120_000,
  }, async () => {
    const { rows, goals } = await runTiny('advisor');
    expect(rows.filter((row) => row['isRecommended'])).toHaveLength(1);
    expect(rows).toHaveLength(3);
    expect(goals).toHaveLength(3);
    for (const row of rows) expect(row['qps']).toBeGreaterThan(0);
  });

  it('ingest: has every record afterwards, whichever way it went in', async () => {
    const { rows } = await runTiny('ingest');
    expect(rows.map((row) => row['way'])).toEqual(['index alone', 'store alone', 'durable']);
    for (const row of rows) {
      expect(row).toMatchObject({ count: 2_500, selfFound: 1 });
      expect(row['buildSeconds']).toBeGreaterThanOrEqual(Number(row['insertSeconds']));
    }
  });

  it('opening: opens in a fresh process, from the snapshot', async () => {
    const { rows } = await runTiny('opening');
    expect(rows[0]).toMatchObject({ cache: 'warm', records: 2_000 });
    for (const row of rows) {
      // 2,000 vectors of 16 floats and their links were read.
      expect(row['snapshotBytes']).toBeGreaterThan(2_000 * (16 + 32) * 4);
      expect(row['readMs']).toBeGreaterThan(0);
      expect(row['totalMs']).toBeGreaterThan(0);
    }
  });

  it('threads: finds the same with one worker and with two', async () => {
    const { rows } = await runTiny('threads');
    expect(new Set(rows.map((row) => `${row['work']} ${row['workers']}`)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(6);
    for (const row of rows) {
      expect(row['recall']).toBeGreaterThanOrEqual(row['work'] === 'exact searchMany' ? 1 : 0.95);
      expect(row['rate']).toBeGreaterThan(0);
    }
  });

  it('memory: reports at least the vectors and the links that there are', async () => {
    const { rows } = await runTiny('memory');
    expect(rows.length).toBeGreaterThanOrEqual(2);
    for (const row of rows) {
      expect(row['recall']).toBeGreaterThanOrEqual(0.95);
      expect(row['indexBytes']).toBeGreaterThan(2_000 * 32 * 4);
      // 2,000 x (128 links of 4 bytes and their count, 16 floats, a label, and 1/15 of an upper level).
      expect(row['hnswlibBytes']).toBe(Math.round(2_000 * (32 * 4 + 4 + 16 * 4 + 8 + (16 * 4 + 4) / 15)));
    }
  });

  it('calibration: finds the most of what there is, or is refused in words', async () => {
    const { rows, goals, method } = await runTiny('calibration');
    if (rows.length === 0) expect(method).toContain('Left out: hnsw');
    for (const row of rows) {
      // How near it comes to what was asked for, the goals judge at sizes that are worth it.
      expect(row['found'], JSON.stringify(row)).toBeGreaterThanOrEqual(0.85);
      expect(row['qps']).toBeGreaterThan(0);
    }
    expect(goals).toHaveLength(rows.length);
  });

  it('embedding: both runtimes make the same vectors, and a text is embedded once', async () => {
    const { rows, goals } = await runTiny('embedding');
    expect(rows.filter((row) => row['what'] === 'runtime').length).toBeGreaterThanOrEqual(1);
    expect(rows.at(-1)).toMatchObject({ what: 'collection', embeddedAgain: 0 });
    expect(goals[0]).toMatchObject({ kept: true });
  });

  it('pictures: both runtimes make the same vectors, and a picture is embedded once', async () => {
    const { rows, goals } = await runTiny('pictures');
    expect(rows.filter((row) => row['what'] === 'runtime').length).toBeGreaterThanOrEqual(2);
    expect(rows.at(-1)).toMatchObject({ what: 'collection', embeddedAgain: 0 });
    expect(goals.every(({ kept }) => kept)).toBe(true);
  });

  it('documents: a folder is embedded once, and then what has changed of it', async () => {
    const { rows, goals } = await runTiny('documents');
    expect(rows.map((row) => [row['stored'], row['unchanged']])).toEqual([
      [36, 0],
      [0, 12],
      [1, 11],
    ]);
    expect(goals[0]).toMatchObject({ kept: true });
  });

  it('migrate: brings everything there and back, though it is killed on each way', {
    timeout: 60_000,
  }, async () => {
    const { rows, goals } = await runTiny('migrate');
    for (const row of rows)
      expect(row).toMatchObject({ records: 600, kills: 1, equal: true, vectors: 'f32' });
    expect(new Set(rows.map((row) => row['checksum'])).size).toBe(1);
    expect(goals.every(({ kept }) => kept)).toBe(true);
  });

  it('queries: finds what the same query finds exactly, in every kind', async () => {
    const { rows, goals } = await runTiny('queries');
    expect(rows.length).toBeGreaterThanOrEqual(9);
    for (const row of rows) {
      expect(row['recall'], JSON.stringify(row)).toBeGreaterThanOrEqual(0.8);
      expect(row['qps']).toBeGreaterThan(0);
    }
    expect(goals.every(({ kept }) => kept)).toBe(true);
  });

  it('ten-million: makes its data up, builds, searches and opens', async () => {
    const { rows, goals } = await runTiny('ten-million');
    expect(rows.at(-1)).toMatchObject({ records: 3_000, dimension: 16 });
    expect(rows.at(-1)?.['recall']).toBeGreaterThanOrEqual(0.95);
    for (const row of rows) {
      for (const figure of [
        'insertSeconds',
        'peakBytes',
        'snapshotBytes',
        'openMs',
        'residentBytes',
        'qps',
      ]) {
        expect(row[figure], figure).toBeGreaterThan(0);
      }
    }
    expect(goals.every(({ kept }) => kept)).toBe(true);
  });

  it('drivers: find through a driver what the engine’s own client finds', async () => {
    const { rows } = await runTiny('drivers');
    expect(rows.map(({ engine }) => engine)).toContain('PostgreSQL (pgvector)');
    for (const row of rows) {
      expect(row['recall'], JSON.stringify(row)).toBeGreaterThanOrEqual(0.9);
      expect(row['ratio']).toBeGreaterThan(0);
    }
  });

  it('writes a report of each run, whose rows stand by themselves', async () => {
    const report = await runTiny('growth');
    const out = join(folder, 'results');
    writeScenarioReport(report, out);
    expect(readdirSync(out).sort()).toEqual([
      'growth-synthetic.json',
      'growth-synthetic.md',
      'growth-synthetic.svg',
    ]);
    const { rows } = JSON.parse(readFileSync(join(out, 'growth-synthetic.json'), 'utf8'));
    expect(rows[0]).toMatchObject({
      scenario: 'growth',
      dataset: 'synthetic',
      records: 500,
      seed: 42,
      M: 16,
    });
    expect(rows[0].commit).toBeTypeOf('string');
    expect(toMarkdown(report)).toContain('## What was promised');
  });

  it('leaves no collection behind', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('scenario-'))).toEqual([]);
  });

  async function runTiny(scenario: ScenarioName): Promise<ScenarioReport> {
    const { conditions } = readInvocation(['--tiny', '--not-pinned'], 2) ?? {};
    const [options] = SCENARIOS[scenario].sizes.tiny;
    if (!conditions || !options) throw new Error(`${scenario} has no tiny size`);
    return runScenario({ scenario, options, conditions: { ...conditions, cacheFolder: folder } }, () => {});
  }
});
