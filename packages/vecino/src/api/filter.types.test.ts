import { describe, expectTypeOf, it } from 'vitest';
import type { Condition, Filter, PathOf, ValueAt } from './filter.ts';
import type { AnyMetadata } from './metadata.ts';

/*
 * Nothing here runs: `npm run check:types` compiles the file, and a @ts-expect-error above a line that has
 * no error is itself one.
 */

/** An interface, because unlike a type alias it has no index signature. */
interface Book {
  year: number;
  author: { name: string; born?: number };
  tags: string[];
  note?: string | null;
  status?: 'draft' | 'live';
  sold: boolean;
  prices: readonly { currency: string; amount: number }[];
  'publisher.city'?: string;
  place: string | { country: string };
}

describe('filters on declared metadata', () => {
  it('know every path and its type', () => {
    expectTypeOf<PathOf<Book>>().toEqualTypeOf<
      | 'year'
      | 'author'
      | 'author.name'
      | 'author.born'
      | 'tags'
      | 'note'
      | 'status'
      | 'sold'
      | 'prices'
      | 'publisher.city'
      | 'place'
      | 'place.country'
    >();
    expectTypeOf<ValueAt<Book, 'year'>>().toEqualTypeOf<number>();
    expectTypeOf<ValueAt<Book, 'author.name'>>().toEqualTypeOf<string>();
    expectTypeOf<ValueAt<Book, 'author.born'>>().toEqualTypeOf<number>();
    expectTypeOf<ValueAt<Book, 'note'>>().toEqualTypeOf<string | null>();
    expectTypeOf<ValueAt<Book, 'place.country'>>().toEqualTypeOf<string>();
    expectTypeOf<ValueAt<Book, 'publisher.city'>>().toEqualTypeOf<string>();
  });

  it('take conditions and plain values of the field’s type', () => {
    accept<Book>({ year: 1997 });
    accept<Book>({ year: { $gte: 1990, $lt: 2000, $ne: 1995 } });
    accept<Book>({ year: { $in: [1990, 1991] as const }, note: { $exists: false } });
    accept<Book>({ 'author.name': 'Rowling', 'author.born': { $lt: 1970 } });
    accept<Book>({ author: { name: 'Rowling' } });
    accept<Book>({ note: null });
    accept<Book>({ note: { $in: ['a', null], $gt: 'a', $contains: 'part' } });
    accept<Book>({ tags: { $contains: 'magic' } });
    accept<Book>({ tags: ['magic', 'school'] });
    accept<Book>({ prices: { $contains: { currency: 'EUR', amount: 5 } } });
    accept<Book>({ status: 'draft' });
    accept<Book>({ status: { $gte: 'a' } });
    accept<Book>({ sold: true, place: { $eq: { country: 'Peru' } }, 'place.country': { $ne: 'Peru' } });
    accept<Book>({ $and: [{ year: 1997 }, { $or: [{ sold: true }, { $not: { tags: [] } }] }] });
    accept<Book>({});
  });

  it('refuse unknown fields', () => {
    // @ts-expect-error no such field
    accept<Book>({ yaer: 1997 });
    // @ts-expect-error no such nested field
    accept<Book>({ 'author.nmae': 'Rowling' });
    // @ts-expect-error no such field inside $or
    accept<Book>({ $or: [{ yaer: 1997 }] });
    // @ts-expect-error paths do not step into arrays
    accept<Book>({ 'prices.amount': 5 });
  });

  it('refuse unknown operators', () => {
    // @ts-expect-error no such operator
    accept<Book>({ year: { $get: 1997 } });
    // @ts-expect-error no such combinator
    accept<Book>({ $nor: [{ year: 1997 }] });
    // @ts-expect-error $not goes around fields
    accept<Book>({ year: { $not: { $gt: 1997 } } });
  });

  it('refuse operands of another type', () => {
    // @ts-expect-error a string for a number
    accept<Book>({ year: '1997' });
    // @ts-expect-error a string for a number
    accept<Book>({ year: { $eq: '1997' } });
    // @ts-expect-error a string among numbers
    accept<Book>({ year: { $in: [1997, '1998'] } });
    // @ts-expect-error not an array
    accept<Book>({ year: { $in: 1997 } });
    // @ts-expect-error a year is never null
    accept<Book>({ year: null });
    // @ts-expect-error undefined would let everything pass
    accept<Book>({ year: undefined });
    // @ts-expect-error undefined would let everything pass
    accept<Book>({ year: { $eq: undefined } });
    // @ts-expect-error not one of the literals
    accept<Book>({ status: 'lvie' });
    // @ts-expect-error an element, not the array
    accept<Book>({ tags: 'magic' });
    // @ts-expect-error the element's type
    accept<Book>({ tags: { $contains: 5 } });
    // @ts-expect-error a boolean
    accept<Book>({ note: { $exists: 'yes' } });
    // @ts-expect-error a nested field's type
    accept<Book>({ 'author.name': 5 });
    // @ts-expect-error one filter, not an array
    accept<Book>({ $not: [{ year: 1997 }] });
    // @ts-expect-error an array of filters
    accept<Book>({ $or: { year: 1997 } });
  });

  it('refuse orders and parts where there are none', () => {
    // @ts-expect-error booleans have no order
    accept<Book>({ sold: { $gt: false } });
    // @ts-expect-error null has no order
    accept<Book>({ note: { $gt: null } });
    // @ts-expect-error arrays have no order
    accept<Book>({ tags: { $gt: 'a' } });
    // @ts-expect-error objects have no order
    accept<Book>({ author: { $gt: 'a' } });
    // @ts-expect-error numbers have no parts
    accept<Book>({ year: { $contains: 9 } });
    // @ts-expect-error booleans have no parts
    accept<Book>({ sold: { $contains: true } });
  });

  it('stop at four levels of a recursive type', () => {
    interface Folder {
      name: string;
      parent?: Folder;
    }
    accept<Folder>({ 'parent.parent.parent.name': 'root' });
    // @ts-expect-error five levels
    accept<Folder>({ 'parent.parent.parent.parent.name': 'root' });
  });

  it('leave a nested record open', () => {
    interface Measured {
      readings: Record<string, number>;
    }
    accept<Measured>({ 'readings.humidity': { $gt: 0.5 } });
    // @ts-expect-error a string for a number
    accept<Measured>({ 'readings.humidity': 'high' });
  });
});

describe('filters on undeclared metadata', () => {
  it('take whatever JSON can hold', () => {
    accept<AnyMetadata>({
      year: 1997,
      'author.name': 'Rowling',
      tags: ['a', 1, null],
      deep: { a: { b: [] } },
    });
    accept<AnyMetadata>({ year: { $gte: 1990 }, $or: [{ a: 1 }, { $not: { b: null } }] });
    const recent: Condition = { $gte: 2000 };
    const parts: Filter[] = [{ year: recent }, {}];
    accept<AnyMetadata>({ year: recent, $and: parts, $not: { $or: parts } });
    expectTypeOf<PathOf<AnyMetadata>>().toEqualTypeOf<string>();
  });

  it('refuse what JSON cannot hold', () => {
    // @ts-expect-error undefined would let everything pass
    accept<AnyMetadata>({ year: undefined });
    // @ts-expect-error a function
    accept<AnyMetadata>({ year: () => 1997 });
    // @ts-expect-error a bigint
    accept<AnyMetadata>({ year: 1997n });
    // @ts-expect-error a date
    accept<AnyMetadata>({ year: new Date(0) });
    // @ts-expect-error an array of filters
    accept<AnyMetadata>({ $or: { year: 1997 } });
  });
});

function accept<M extends object>(_filter: Filter<M>): void {}
