import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toCostSvg } from './cost-plot.ts';
import { exampleReport } from './example-report.ts';
import type { Goal } from './goal.ts';
import { judgeGoals } from './goals.ts';
import { toMarkdown } from './markdown.ts';
import { rounded, whole } from './numbers.ts';
import { toSvg } from './plot.ts';
import { AT_REST, type Report } from './report.ts';
import { toJson } from './rows.ts';
import { writeReport } from './write.ts';

describe('toMarkdown', () => {
  const markdown = toMarkdown(exampleReport(), { speed: 'a.svg', costs: 'b.svg' });

  it('says in words where Vecino is slower', () => {
    expect(markdown).toContain('**Vecino is slower**: vecino than hnswlib-node at 0.99.');
  });

  it('names what could not be measured or was not reached', () => {
    expect(markdown).toContain('Left out: hnswlib-node-native. It is not installed.');
    expect(markdown).toContain('| 0.99 | vecino-documents | not reached | at best 0.9800 |');
  });

  it('carries commit, processor, seed, parameters, versions and compile options', () => {
    for (const fact of ['abc1234', 'v24.0.0', 'Example', 'seed 42', 'M 16', 'efConstruction 200']) {
      expect(markdown).toContain(fact);
    }
    expect(markdown).toContain('| hnswlib | 0.6 | g++ -O3 | AVX-512 |');
  });

  it('says which index was not built in this run, and which not by the engine that opens it', () => {
    expect(markdown).toContain('hnswlib on 2029-12-31 under loads of 0.5 to 0.7');
    expect(markdown).toContain('opens that of hnswlib');
  });

  it('has as many cells in each row of a table as in its head', () => {
    const tables = markdown.split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThan(6);
    for (const lines of tables.map((block) => block.split('\n').filter((line) => line.startsWith('|')))) {
      expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
    }
  });
});

describe('judgeGoals', () => {
  const verdictOf = (report: Report, words: string): Goal['verdict'][] =>
    judgeGoals(report)
      .filter(({ promise }) => promise.includes(words))
      .map(({ verdict }) => verdict);

  it('judges speed at each recall, and a recall that was not reached as broken', () => {
    const report = exampleReport();
    expect(verdictOf(report, '1.8 times the QPS of hnswlib at')).toEqual(['kept']);
    expect(verdictOf(report, 'vecino: at least 2')).toEqual(['kept', 'broken']);
    expect(verdictOf(report, 'vecino-documents')).toEqual(['broken']);
  });

  it('judges exact search by speed and by its recall', () => {
    const report = exampleReport();
    expect(verdictOf(report, 'times the QPS of FAISS')).toEqual(['kept']);
    expect(verdictOf(report, 'recall 1')).toEqual(['kept']);
    const inexact = report.exact.map((row) => ({ ...row, recall: 0.9999 }));
    expect(verdictOf({ ...report, exact: inexact }, 'recall 1')).toEqual(['broken']);
  });

  it('judges building, memory and opening', () => {
    const report = exampleReport();
    // 5 of 11 CPU seconds; 2.04 of 2 MB; 0.5 of 0.2 s.
    expect(verdictOf(report, 'CPU time of hnswlib')).toEqual(['kept']);
    expect(verdictOf(report, 'memory of hnswlib')).toEqual(['kept']);
    expect(verdictOf(report, 'opens in at most')).toEqual(['broken']);
  });

  it('judges the event loop and leaves the idle row out', () => {
    expect(verdictOf(exampleReport(), 'event loop')).toEqual(['kept', 'broken']);
  });

  it('does not decide about a delay on a machine that is late at rest too', () => {
    const report = exampleReport();
    const busy = report.eventLoop.map((row) => (row.during === AT_REST ? { ...row, timerMaxMs: 30 } : row));
    expect(verdictOf({ ...report, eventLoop: busy }, 'event loop')).toEqual(['kept', 'undecided']);
  });

  it('judges nothing by rivals that are absent', () => {
    const alone = { ...exampleReport(), ratios: [], unreached: [], exact: [], stores: [] };
    expect(judgeGoals(alone).every(({ promise }) => promise.includes('event loop'))).toBe(true);
  });
});

describe('toJson', () => {
  it('makes rows that stand by themselves', () => {
    const json = JSON.parse(toJson(exampleReport())) as Record<string, Record<string, unknown>[]>;
    expect(json['rows']).toHaveLength(3);
    expect(json['rows']?.[0]).toMatchObject({
      dataset: 'synthetic',
      peer: 'vecino',
      version: '1.0',
      recallWanted: 0.95,
      recall: 0.95,
      qps: 3_000,
      insertSeconds: 8,
      diskBytes: 20e6,
      residentBytes: 30e6,
      efConstruction: 200,
      seed: 42,
      commit: 'abc1234',
    });
    expect(json['exact']?.[1]).toMatchObject({ peer: 'faiss-flat', batch: 1, recall: 1, seed: 42 });
  });
});

describe('pictures', () => {
  it('draw a line and a name for each engine, recall 1 inside and exact search beyond', () => {
    const svg = toSvg(exampleReport());
    // Two curves and two exact engines as dots, each once more beside its name.
    expect(svg.match(/class="line /g)).toHaveLength(2 * 4);
    expect(svg.match(/class="name /g)).toHaveLength(4);
    expect(svg).toContain('<title>vecino, efSearch 24: recall 0.9100, 3,000 queries a second</title>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draw a bar for each index that was built and for each that was opened', () => {
    const svg = toCostSvg(exampleReport());
    expect(svg.match(/<rect class="(?!ground)/g)).toHaveLength(3 + 4);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('writeReport', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('brings races and scenarios of the folder together on one page', () => {
    const scenario = {
      title: 'Churn',
      goals: [{ promise: 'memory comes back', found: '1.3', kept: false }],
      machine: exampleReport().machine,
    };
    writeFileSync(join(folder, 'churn.json'), JSON.stringify(scenario));
    writeFileSync(join(folder, 'antique.json'), '{"rows":[]}');
    writeReport(exampleReport(), folder);
    expect(readdirSync(folder)).toContain('README.md');
    const summary = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(summary).toContain('[synthetic](synthetic.md), 10,000 x 16');
    expect(summary).toContain('| 0.650, by CPU 0.700 **no** |');
    expect(summary).toContain('| [Churn](churn.md) | memory comes back | 1.3 **no** |');
    expect(summary).not.toContain('antique');
  });
});

describe('numbers', () => {
  it('keeps three digits that mean something', () => {
    expect([12_345.6, 123.4, 12.34, 1.234, 0.01234, 0].map(rounded)).toEqual([
      '12,346',
      '123',
      '12.3',
      '1.23',
      '0.0123',
      '0',
    ]);
    expect(whole(60_000)).toBe('60,000');
  });
});
