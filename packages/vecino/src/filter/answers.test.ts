import { expect, it } from 'vitest';
import { BitSet } from '../base/bit-set.ts';
import { FilterAnswers } from './answers.ts';
import { parseFilter } from './parse.ts';

const predicate = (filter: unknown) => parseFilter('test', filter);

it('evaluates a filter once for each version, and another filter for itself', () => {
  const answers = new FilterAnswers();
  let evaluated = 0;
  const ask = (filter: unknown, version: number) =>
    answers.get(predicate(filter), version, () => BitSet.range(++evaluated));
  expect(ask({ year: 1997 }, 1).count).toBe(1);
  expect(ask({ year: 1997 }, 1).count).toBe(1);
  expect(ask({ year: '1997' }, 1).count).toBe(2);
  expect(ask({ year: { $lt: 1997 } }, 1).count).toBe(3);
  expect(ask({ year: { $lte: 1997 } }, 1).count).toBe(4);
  expect(ask({ year: 1997 }, 2).count).toBe(5);
  expect(ask({ year: 1997 }, 1).count).toBe(6);
});

it('keeps the filters that were asked last', () => {
  const answers = new FilterAnswers();
  let evaluated = 0;
  const ask = (year: number) => answers.get(predicate({ year }), 1, () => BitSet.range(++evaluated));
  const first = ask(0);
  for (let year = 1; year < 32; year++) ask(year);
  expect(ask(0)).toBe(first);
  ask(32);
  expect(evaluated).toBe(33);
  expect(ask(0)).toBe(first);
  ask(1);
  expect(evaluated).toBe(34);
});
