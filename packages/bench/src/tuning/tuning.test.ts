import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleReport } from '../report/example-report.ts';
import { toJson } from '../report/rows.ts';
import { RESULTS_FOLDER, TUNING_DOCUMENT, withFigures } from './document.ts';
import { toFigures } from './figures.ts';
import { readResults } from './results.ts';

describe('docs/tuning.md', () => {
  it('has the figures of the results; npm run bench:tuning puts them there', () => {
    const document = readFileSync(TUNING_DOCUMENT, 'utf8');
    expect(withFigures(document, toFigures(readResults(RESULTS_FOLDER)))).toBe(document);
  });

  it('is refused where the lines around the figures are lost', () => {
    expect(() => withFigures('# Tuning', 'figures')).toThrow('has lost its line');
  });
});

describe('toFigures', () => {
  it('has speed, memory, building and growth of what was measured, and says what was not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vecino-tuning-'));
    try {
      const report = exampleReport();
      const [row] = report.searches;
      if (!row) throw new Error('the example has searches');
      const searches = [
        { ...row, peer: 'vecino-engine', recallWanted: 0.9, qps: 4_000 } as const,
        { ...row, peer: 'vecino-engine', recallWanted: 0.99, qps: 2_000 } as const,
      ];
      writeFileSync(join(folder, 'synthetic.json'), toJson({ ...report, searches }));
      const grown = [10, 100, 1_000].map((records) => {
        return {
          family: 'hnsw',
          records,
          searchMicroseconds: Math.sqrt(records),
          distanceComputations: records,
        };
      });
      writeFileSync(join(folder, 'growth.json'), JSON.stringify({ scenario: 'growth', rows: grown }));
      const figures = toFigures(readResults(folder));
      expect(figures).toContain('| `hnsw` | 4,000 / – / 2,000 |');
      expect(figures).toContain('| `flat` | 500 |');
      // 1,360,000 bytes for 10,000 records of 16 floats.
      expect(figures).toContain('| hnswlib | 136 (213 %) |');
      expect(figures).toContain('| `hnsw` | 0.500 | 1.00 | 10 to 1,000 |');
      expect(figures).not.toContain('`lsh`');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
