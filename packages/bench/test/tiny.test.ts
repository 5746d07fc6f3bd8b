import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBenchmark } from '../src/benchmark.ts';
import { readInvocation } from '../src/options.ts';
import type { PeerName } from '../src/peers/peer.ts';
import { PEERS } from '../src/peers/registry.ts';
import { AT_REST, type Report } from '../src/report/report.ts';
import { writeReport } from '../src/report/write.ts';

const OURS = ['vecino-engine', 'vecino', 'vecino-flat'] as const;

/**
 * The whole course of a run, processes and all, on a few hundred vectors, so that the bench cannot rot. The
 * engines of others take part where they are installed, which the tests do not ask for: they compile C++.
 */
describe('npm run bench -- --tiny', () => {
  let folder = '';
  let report: Report;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-bench-'));
    const [run] = readInvocation(['--tiny', '--not-pinned'], 2)?.runs ?? [];
    if (!run) throw new Error('--tiny asked for no run');
    report = await runBenchmark({ ...run, cacheFolder: folder }, () => {});
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const measured = (name: PeerName) => report.engines.some(({ peer }) => peer === name);

  it('measures our four and says of each other one why it is left out', () => {
    for (const name of OURS) expect(measured(name)).toBe(true);
    for (const { peer, reason } of report.absent) {
      expect(measured(peer)).toBe(false);
      // Families that the engine does not have yet are left out in its own words.
      expect(reason).toMatch(peer.startsWith('vecino') ? /family/ : /npm (run bench:peers|install)/);
    }
  });

  it('says of each engine which version it is and how it was compiled', () => {
    for (const { version, compiled, instructions } of report.engines) {
      expect(version).toMatch(/\d/);
      expect(compiled).not.toBe('');
      expect(instructions).not.toBe('');
    }
  });

  it('has speed at each recall, of the engine, of a collection, and with documents', () => {
    // Hash tables over 600 records have too few buckets to choose from, and say so in the report.
    expect(report.unreached.filter(({ peer }) => peer !== 'vecino-lsh')).toEqual([]);
    for (const name of ['vecino-engine', 'vecino', 'vecino-documents']) {
      const rows = report.searches.filter(({ peer }) => peer === name);
      expect(rows.map(({ recallWanted }) => recallWanted)).toEqual([0.9, 0.95, 0.99]);
    }
    for (const row of report.searches) {
      expect(row.recall).toBeGreaterThanOrEqual(row.recallWanted);
      expect(row.recall).toBeLessThanOrEqual(1);
      for (const figure of [row.qps, row.qpsOfCpu, row.p50Ms, row.p99Ms]) {
        expect(figure).toBeGreaterThan(0);
      }
    }
  });

  it('compares each of ours with each of the others at each recall', () => {
    const others = Object.values(PEERS).filter(
      ({ name, isOurs, knob }) => !isOurs && knob !== undefined && measured(name),
    );
    const ours = new Set(report.searches.map(({ peer }) => peer).filter((peer) => peer.startsWith('vecino')));
    expect(ours.size).toBeGreaterThanOrEqual(3);
    expect(report.ratios).toHaveLength(3 * ours.size * others.length);
    for (const { byClock, byCpu } of report.ratios) {
      expect(byClock).toBeGreaterThan(0);
      expect(byCpu).toBeGreaterThan(0);
    }
  });

  it('answers exactly where that is asked for', () => {
    const exact = new Set(report.exact.map(({ peer }) => peer));
    expect(exact).toContain('vecino-flat');
    const batches = report.exact.filter(({ peer }) => peer === 'vecino-flat').map(({ batch }) => batch);
    expect(batches).toEqual([1, 32]);
    for (const { recall, qps } of report.exact) {
      expect(recall).toBe(1);
      expect(qps).toBeGreaterThan(0);
    }
  });

  it('has the cost of building, opening, memory and disk', () => {
    const store = report.stores.find(({ peer }) => peer === 'vecino');
    for (const value of [
      store?.insertSeconds,
      store?.cpuSeconds,
      store?.openSeconds,
      store?.readSeconds,
      store?.indexFileBytes,
    ]) {
      expect(value).toBeGreaterThan(0);
    }
    // 600 vectors of 16 floats, and at least the links of the lowest level.
    expect(store?.byEngine?.vectorBytes).toBeGreaterThanOrEqual(600 * 16 * 4);
    expect(store?.byEngine?.indexBytes).toBeGreaterThan(600 * 16 * 4);
    expect(store?.diskBytes).toBeGreaterThan(2 * 600 * 16 * 4);
  });

  it('has watched the event loop of a collection while building, scanning and resting', () => {
    const during = report.eventLoop.filter(({ peer }) => peer === 'vecino').map((row) => row.during);
    expect(during).toEqual(['bulk build', 'exact scans', AT_REST]);
    expect(report.scansPerSecond).toBeGreaterThan(0);
  });

  it('writes its files, a summary of them, and leaves no index of ours behind', () => {
    const out = join(folder, 'results');
    writeReport(report, out);
    expect(readdirSync(out).sort()).toEqual([
      'README.md',
      'synthetic-costs.svg',
      'synthetic.json',
      'synthetic.md',
      'synthetic.svg',
    ]);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('[synthetic](synthetic.md), 600 x 16');
    const kept = ['datasets', 'ground-truth', 'indexes', 'results'];
    expect(kept).toEqual(expect.arrayContaining(readdirSync(folder)));
  });
});
