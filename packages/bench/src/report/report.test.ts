import { describe, expect, it } from 'vitest';
import { exampleReport } from './example-report.ts';
import { judgeGoals } from './goals.ts';
import { toMarkdown } from './markdown.ts';
import { rounded, whole } from './numbers.ts';
import { toSvg } from './plot.ts';
import { AT_REST } from './report.ts';
import { toJson } from './rows.ts';

describe('toMarkdown', () => {
  const markdown = toMarkdown(exampleReport(), 'synthetic.svg');

  it('says in words where Vecino is slower', () => {
    expect(markdown).toContain('**Vecino is slower** than hnswlib-node at 0.95.');
    expect(markdown).toContain('0.650 times as fast');
  });

  it('names what could not be measured or was not reached', () => {
    expect(markdown).toContain('Left out: hnswlib-node-native. It is not installed.');
    expect(markdown).toContain('| 0.99 | vecino |  | not reached | at best 0.9800 |');
  });

  it('carries commit, processor, seed and parameters', () => {
    for (const fact of ['abc1234', 'v24.0.0', 'Example', 'seed 42', 'M 16', 'efConstruction 200']) {
      expect(markdown).toContain(fact);
    }
  });

  it('has as many cells in each row of a table as in its head', () => {
    const tables = markdown.split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThan(3);
    for (const lines of tables.map((block) => block.split('\n').filter((line) => line.startsWith('|')))) {
      expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
    }
  });
});

describe('judgeGoals', () => {
  it('judges speed, opening and the event loop, and leaves the idle row out', () => {
    expect(judgeGoals(exampleReport()).map(({ verdict }) => verdict)).toEqual([
      'broken',
      'kept',
      'kept',
      'broken',
    ]);
  });

  it('does not decide about a delay on a machine that is late at rest too', () => {
    const report = exampleReport();
    const busy = report.eventLoop.map((row) => (row.during === AT_REST ? { ...row, timerMaxMs: 30 } : row));
    const verdicts = judgeGoals({ ...report, eventLoop: busy }).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['broken', 'kept', 'kept', 'undecided']);
  });

  it('judges no speed where the rival is absent', () => {
    const goals = judgeGoals({ ...exampleReport(), searches: [] });
    expect(goals.map(({ promise }) => promise)).not.toContainEqual(expect.stringContaining('hnswlib-node'));
  });
});

describe('toJson', () => {
  it('makes rows that stand by themselves', () => {
    const { rows } = JSON.parse(toJson(exampleReport())) as { rows: Record<string, unknown>[] };
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({
      dataset: 'synthetic',
      peer: 'vecino',
      recallWanted: 0.9,
      recall: 0.902,
      qps: 3_000,
      insertSeconds: 8,
      diskBytes: 20e6,
      residentBytes: 30e6,
      efConstruction: 200,
      seed: 42,
      commit: 'abc1234',
    });
  });
});

describe('toSvg', () => {
  it('draws a line and a name for each engine, and recall 1 inside the picture', () => {
    const svg = toSvg(exampleReport());
    expect(svg.match(/class="line /g)).toHaveLength(2);
    expect(svg.match(/class="name /g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
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
