import { describe, expect, it } from 'vitest';
import { identifier, integer, joined, literal, sql, statementOf } from './sql.ts';

describe('a statement', () => {
  it('has its values beside the text, in order, through all fragments', () => {
    const where = joined([sql`a = ${1}`, sql`${identifier('b"c')} = ${[2, 3]}`], sql` AND `);
    const statement = statementOf(sql`SELECT ${'x'}::text FROM t WHERE ${where}${sql``} LIMIT ${integer(5)}`);
    expect(statement).toEqual({
      text: 'SELECT $1::text FROM t WHERE a = $2 AND "b""c" = $3 LIMIT 5',
      values: ['x', 1, [2, 3]],
    });
  });

  it('has texts that end nowhere else', () => {
    const odd = String.raw`a'b\'; DROP`;
    expect(statementOf(sql`DEFAULT ${literal(odd)}`).text).toBe(String.raw`DEFAULT  E'a''b\\''; DROP'`);
  });

  it('takes nothing but whole numbers into its text', () => {
    for (const bad of [1.5, Number.NaN, '1; DROP' as unknown as number])
      expect(() => integer(bad)).toThrow(RangeError);
  });
});
