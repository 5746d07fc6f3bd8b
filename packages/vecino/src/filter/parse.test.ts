import { describe, expect, it } from 'vitest';
import { VecinoError } from '../base/errors.ts';
import { parseFilter } from './parse.ts';
import { pathsOf } from './predicate.ts';

const THING = 'search in collection "docs"';

function refusal(filter: unknown): VecinoError {
  try {
    parseFilter(THING, filter);
  } catch (error) {
    if (error instanceof VecinoError) return error;
    throw error;
  }
  throw new Error('the filter was accepted');
}

function nested(levels: number): object {
  let filter: object = { year: 1 };
  for (let i = 0; i < levels; i++) filter = { $not: filter };
  return filter;
}

function cyclic(): object {
  const filter: Record<string, unknown> = {};
  filter['$not'] = filter;
  return filter;
}

describe('parseFilter', () => {
  it('reduces the spellings to few kinds', () => {
    expect(parseFilter(THING, { year: 1997 })).toEqual({ kind: 'in', path: 'year', values: [1997] });
    expect(parseFilter(THING, { year: { $nin: [1, 2] } })).toEqual({
      kind: 'not',
      part: { kind: 'in', path: 'year', values: [1, 2] },
    });
    expect(parseFilter(THING, {})).toEqual({ kind: 'and', parts: [] });
    expect(parseFilter(THING, { a: { $exists: false }, 'b.c': ['x'] })).toEqual({
      kind: 'and',
      parts: [
        { kind: 'not', part: { kind: 'exists', path: 'a' } },
        { kind: 'in', path: 'b.c', values: [['x']] },
      ],
    });
  });

  it('makes one range of two fitting bounds', () => {
    expect(parseFilter(THING, { year: { $gte: 1990, $lt: 2000 } })).toEqual({
      kind: 'range',
      path: 'year',
      lower: { value: 1990, inclusive: true },
      upper: { value: 2000, inclusive: false },
    });
    expect(parseFilter(THING, { year: { $gt: 1, $lt: 'b' } })).toMatchObject({ parts: [{}, {}] });
    expect(parseFilter(THING, { year: { $gt: 1, $gte: 2, $lt: 3 } })).toMatchObject({
      parts: [{ lower: { value: 1 }, upper: { value: 3 } }, { lower: { value: 2 } }],
    });
  });

  it('keeps nothing of the caller’s objects', () => {
    const tags = ['a'];
    const years = [1997];
    const predicate = parseFilter(THING, { tags, year: { $in: years } });
    tags.push('b');
    years.push(1998);
    expect(predicate).toMatchObject({ parts: [{ values: [['a']] }, { values: [1997] }] });
  });

  it('takes objects without a prototype and keys named like a prototype’s', () => {
    const filter = Object.assign(Object.create(null), { year: 1 });
    expect(parseFilter(THING, filter)).toMatchObject({ path: 'year' });
    const polluting = parseFilter(
      THING,
      JSON.parse('{"__proto__":{"a":1},"constructor":{"$eq":{"__proto__":2}}}'),
    );
    expect(pathsOf(polluting)).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(polluting)).toContain('{"__proto__":2}');
    expect('a' in {}).toBe(false);
  });

  it('names an unknown operator and the near miss', () => {
    const error = refusal({ author: { $get: 5 } });
    expect(error.code).toBe('FILTER_OPERATOR_UNKNOWN');
    expect(error.message).toBe(
      'search in collection "docs": filter.author has the unknown operator "$get"; did you mean "$gte"? ' +
        '(known: $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $contains)',
    );
    expect(refusal({ $ro: [{ a: 1 }] }).message).toBe(
      'search in collection "docs": filter has the unknown operator "$ro"; did you mean "$or"? (known: $and, $or, $not)',
    );
    expect(refusal({ $or: [{ a: 1 }, { $where: 'x' }] }).message).toContain(
      'filter.$or[1] has the unknown operator',
    );
  });

  it.each([
    [null, 'filter is null, expected an object of fields and operators'],
    [[{ year: 1 }], 'filter is an array of 1, expected an object of fields and operators'],
    ['year', 'filter is a string, expected an object of fields and operators'],
    [new Map([['year', 1]]), 'filter is an object (Map), expected an object of fields and operators'],
    [{ $and: [] }, 'filter.$and is an empty array, expected at least one filter'],
    [{ $or: { a: 1 } }, 'filter.$or is an object (Object), expected an array of filters'],
    [{ $or: [{ a: 1 }, 5] }, 'filter.$or[1] is the number 5, expected an object of fields and operators'],
    [{ $not: [{ a: 1 }] }, 'filter.$not is an array of 1, expected an object of fields and operators'],
    [{ $gt: 5 }, 'filter.$gt belongs to a field; write { field: { $gt: … } }'],
    [{ year: { $not: { $gt: 5 } } }, 'filter.year.$not goes around fields; write { $not: … { "year": … } }'],
    [{ year: {} }, 'filter.year is an empty condition; write { $eq: {} } to compare with the empty object'],
    [{ 'a b': { $gt: 1, c: 2 } }, 'filter["a b"] mixes operators with plain keys'],
    [{ '': 1 }, 'filter[""] has an empty step in its path'],
    [{ 'a..b': 1 }, 'filter["a..b"] has an empty step in its path'],
    [{ 'a.b.': 1 }, 'filter["a.b."] has an empty step in its path'],
    [{ year: undefined }, 'filter.year is undefined, expected a JSON value; leave the key out'],
    [{ year: { $eq: undefined } }, 'filter.year.$eq is undefined, expected a JSON value'],
    [{ year: Number.NaN }, 'filter.year is the number NaN, expected a finite number'],
    [
      { year: { $lt: Number.POSITIVE_INFINITY } },
      'filter.year.$lt is the number Infinity, expected a finite number',
    ],
    [{ year: { $gt: true } }, 'filter.year.$gt is the boolean true, expected a number or a string'],
    [{ year: { $gte: null } }, 'filter.year.$gte is null, expected a number or a string'],
    [{ year: { $in: 5 } }, 'filter.year.$in is the number 5, expected an array of values'],
    [{ year: { $nin: [1, new Date(0)] } }, 'filter.year.$nin[1] is an object (Date), expected a JSON value'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    [{ year: { $in: [1, , 3] } }, 'filter.year.$in[1] is undefined, expected a JSON value'],
    [{ year: { $exists: 1 } }, 'filter.year.$exists is the number 1, expected true or false'],
    [{ year: 1n }, 'filter.year is the bigint 1, expected a JSON value'],
    [{ a: { b: [{ c: () => 1 }] } }, 'filter.a.b[0].c is a function, expected a JSON value'],
    [{ a: '\ud800' }, 'filter.a holds half of a surrogate pair'],
    [nested(33), 'is nested deeper than 32 levels; flatten the filter'],
    [cyclic(), 'is nested deeper than 32 levels; flatten the filter'],
  ])('refuses %o', (filter, problem) => {
    const error = refusal(filter);
    expect(error.code).toBe('FILTER_INVALID');
    expect(error.message).toContain(problem);
    expect(error.message.startsWith(`${THING}: filter`)).toBe(true);
  });

  it('takes 32 levels', () => {
    expect(pathsOf(parseFilter(THING, nested(32)))).toEqual(['year']);
  });
});

describe('pathsOf', () => {
  it('names each path once', () => {
    const filter = {
      a: 1,
      $or: [{ 'b.c': { $gt: 1 } }, { $not: { a: { $exists: true } } }],
      d: { $contains: 1 },
    };
    expect(pathsOf(parseFilter(THING, filter))).toEqual(['a', 'b.c', 'd']);
  });
});
