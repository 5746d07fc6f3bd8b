import { describe, expect, it } from 'vitest';
import type { Hit, SearchQuery, SearchResult } from '../api/search.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { ndcgAt, recallAt, reciprocalRank } from './measures.ts';
import { isFound, readQuestions } from './questions.ts';

describe('measures', () => {
  it.each<[k: number, ranks: number[], relevant: number, recall: number, rr: number, ndcg: number]>([
    [3, [1], 1, 1, 1, 1],
    [3, [2], 1, 1, 1 / 2, 1 / Math.log2(3)],
    [3, [], 1, 0, 0, 0],
    [2, [3], 1, 0, 1 / 3, 0],
    [3, [1, 3], 2, 1, 1, (1 + 1 / 2) / (1 + 1 / Math.log2(3))],
    [2, [1, 2], 4, 1 / 2, 1, 1],
  ])('of k %i, ranks %j, %i relevant', (k, ranks, relevant, recall, rr, ndcg) => {
    expect(recallAt(k, ranks, relevant)).toBeCloseTo(recall, 12);
    expect(reciprocalRank(ranks)).toBeCloseTo(rr, 12);
    expect(ndcgAt(k, ranks, relevant)).toBeCloseTo(ndcg, 12);
  });
});

describe('what is relevant', () => {
  const hit = { id: 'a', score: 1, metadata: { source: 's.md', start: 100, end: 200 } };

  it.each([
    ['a', true],
    ['b', false],
    [{ source: 's.md' }, true],
    [{ source: 't.md' }, false],
    [{ source: 's.md', start: 0, end: 150 }, true],
    [{ source: 's.md', start: 0, end: 149 }, false],
    [{ source: 's.md', start: 190, end: 200 }, true],
    [{ source: 's.md', start: 200, end: 300 }, false],
  ])('%j is found: %s', (relevant, found) => {
    expect(isFound(hit, relevant)).toBe(found);
  });
});

describe('questions', () => {
  it('are read a line each', () => {
    const text = '{"question":"a?","relevant":["x",{"source":"s","start":0,"end":9}]}\n\n';
    expect(readQuestions('q.jsonl', text)).toEqual([
      { question: 'a?', relevant: ['x', { source: 's', start: 0, end: 9 }] },
    ]);
  });

  it.each([
    ['', 'q.jsonl: line 1: there is no question in it'],
    ['\n{"question"', 'q.jsonl: line 2: it is not JSON'],
    ['{"question":"a?","relevant":[]}', 'line 1: expected'],
    ['{"question":"a?","relevant":[{"start":1}]}', 'line 1: expected'],
    ['{"question":"a?","relevant":[{"source":"s","start":1}]}', 'line 1: expected'],
    ['{"question":" ","relevant":["a"]}', 'line 1: expected'],
    ['null', 'line 1: expected'],
  ])('that are none, as in %j, are refused', (text, message) => {
    expect(() => readQuestions('q.jsonl', text)).toThrow(message);
  });
});

describe('evaluate', () => {
  const hits: Hit[] = ['a', 'b', 'c'].map((id, i) => ({ id, score: 3 - i }));
  const asked: SearchQuery[] = [];
  const records = {
    async searchMany(queries: readonly SearchQuery[]): Promise<SearchResult[]> {
      asked.push(...queries);
      return queries.map(({ k }) => hits.slice(0, k));
    },
  };
  const questions = [
    { question: 'one', relevant: ['a', 'c'] },
    { question: 'two', relevant: ['b'] },
  ];

  it('asks in every way and takes means over the questions', async () => {
    const rows = await evaluate(records, questions, {
      k: 2,
      ways: [
        { name: 'meaning', by: 'meaning' },
        { name: 'words', by: 'words' },
        { name: '2:1', by: 'both', weights: [2, 1] },
      ],
    });
    expect(rows.map(({ way }) => way)).toEqual(['meaning', 'words', '2:1']);
    expect(rows[0]).toMatchObject({ questions: 2, recall: 0.75, mrr: 0.75 });
    expect(asked.filter((_, i) => i % 2 === 0)).toMatchObject([
      { text: 'one', k: 2 },
      { fullText: 'one' },
      { text: 'one', fullText: true, fusion: { method: 'weighted', weights: { vector: 2, fullText: 1 } } },
    ]);
  });

  it('compares the questions with the named vectors that it is told', async () => {
    asked.length = 0;
    const both = { name: '2:1', by: 'both', weights: [2, 1] } as const;
    const ways = [{ name: 'meaning', by: 'meaning' }, { name: 'words', by: 'words' }, both] as const;
    await evaluate(records, questions.slice(0, 1), { ways, field: ['title', 'body'] });
    expect(asked).toMatchObject([
      { text: 'one', field: ['title', 'body'] },
      { fullText: 'one' },
      { field: ['title', 'body'], fusion: { weights: { title: 2, body: 2, fullText: 1 } } },
    ]);
    // Words belong to no field.
    expect(asked[1]).not.toHaveProperty('field');
  });

  it.each<[object, string]>([
    [{ k: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ kk: 1 }, 'OPTION_UNKNOWN'],
  ])('refuses %j', async (options, code) => {
    await expect(evaluate(records, questions, options as EvaluateOptions)).rejects.toMatchObject({ code });
    await expect(evaluate(records, [])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
