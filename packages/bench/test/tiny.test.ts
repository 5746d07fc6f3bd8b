import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBenchmark } from '../src/benchmark.ts';
import { readInvocation } from '../src/options.ts';
import { AT_REST, type Report } from '../src/report/report.ts';
import { writeReport } from '../src/report/write.ts';

/** The whole course of a run, processes and all, on a few hundred vectors, so that the bench cannot rot. */
describe('npm run bench -- --tiny', () => {
  let folder = '';
  let report: Report;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-bench-'));
    const [run] = readInvocation(['--tiny', '--not-pinned', '--peer', 'vecino'], 2)?.runs ?? [];
    if (!run) throw new Error('--tiny asked for no run');
    report = await runBenchmark({ ...run, cacheFolder: folder }, () => {});
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has speed at each recall, with and without records', () => {
    expect(report.unreached).toEqual([]);
    expect(report.searches).toHaveLength(6);
    for (const row of report.searches) {
      expect(row.recall).toBeGreaterThanOrEqual(row.recallWanted);
      expect(row.recall).toBeLessThanOrEqual(1);
      expect(row.qps).toBeGreaterThan(0);
      expect(row.qpsOfCpu).toBeGreaterThan(0);
      expect(row.p50Ms).toBeGreaterThan(0);
      expect(row.p99Ms).toBeGreaterThanOrEqual(row.p50Ms);
    }
  });

  it('has the cost of building, opening, memory and disk', () => {
    const [store] = report.stores;
    expect(store).toMatchObject({ peer: 'vecino', size: 600 });
    for (const value of [
      store?.insertSeconds,
      store?.cpuSeconds,
      store?.openSeconds,
      store?.indexFileBytes,
    ]) {
      expect(value).toBeGreaterThan(0);
    }
    // 600 vectors of 16 floats, and at least the links of the lowest level.
    expect(store?.byEngine?.vectorBytes).toBeGreaterThanOrEqual(600 * 16 * 4);
    expect(store?.byEngine?.indexBytes).toBeGreaterThan(600 * 16 * 4);
    expect(store?.diskBytes).toBeGreaterThan(2 * 600 * 16 * 4);
  });

  it('has watched the event loop while building, scanning and resting', () => {
    expect(report.eventLoop.map(({ during }) => during)).toEqual(['bulk build', 'exact scans', AT_REST]);
    expect(report.scansPerSecond).toBeGreaterThan(0);
  });

  it('writes its three files and leaves no index behind', () => {
    const out = join(folder, 'results');
    expect(writeReport(report, out)).toHaveLength(3);
    expect(readdirSync(out).sort()).toEqual(['synthetic.json', 'synthetic.md', 'synthetic.svg']);
    expect(readdirSync(folder).sort()).toEqual(['datasets', 'ground-truth', 'results']);
  });
});
