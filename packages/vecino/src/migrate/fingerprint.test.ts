import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/metadata.ts';
import { CONTENT_PARTS, differingParts, Fingerprint, isSame, precisionOf } from './fingerprint.ts';
import type { MigratedRecord } from './record.ts';

interface Placed {
  readonly namespace: string | undefined;
  readonly record: MigratedRecord;
}

const vectors = fc
  .dictionary(
    fc.constantFrom('', 'title', 'body'),
    fc.float32Array({ minLength: 2, maxLength: 2, noNaN: true }),
    {
      noNullPrototype: true,
    },
  )
  .map((named) => new Map(Object.entries(named)));

const placed: fc.Arbitrary<Placed> = fc.record({
  namespace: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
  record: fc.record({
    id: fc.string({ maxLength: 3 }),
    vectors,
    document: fc.option(fc.string(), { nil: undefined }),
    metadata: fc.dictionary(fc.string(), fc.jsonValue(), {
      noNullPrototype: true,
    }) as fc.Arbitrary<JsonObject>,
    expiresAt: fc.option(fc.nat(), { nil: undefined }),
  }),
});

/** Records of which no two have the same key, as an end has them. */
const contents = fc.uniqueArray(placed, {
  selector: ({ namespace, record }) => JSON.stringify([namespace, record.id]),
  minLength: 1,
  maxLength: 6,
});

describe('Fingerprint', () => {
  it('is the same in whatever order records, keys and vectors come', () => {
    fc.assert(
      fc.property(contents, (all) => {
        expect(sumOf(all.map(turned).toReversed())).toEqual(sumOf(all));
      }),
    );
  });

  it('tells any change of one record, and of which part', () => {
    fc.assert(
      fc.property(contents, fc.nat(), placed, (all, at, other) => {
        const place = at % all.length;
        const one = all[place];
        if (!one) return;
        const changed = { ...other.record, id: one.record.id };
        const after = all.with(place, { ...one, record: changed });
        const parts = differingParts(one.record, changed, new Set(CONTENT_PARTS), 'f32');
        const [before, now] = [sumOf(all), sumOf(after)];
        expect(CONTENT_PARTS.filter((part) => before[part] !== now[part])).toEqual(parts);
        expect(isSame(before, now)).toBe(parts.length === 0);
      }),
    );
  });

  it('tells records that are lost, doubled, renamed, or in another namespace', () => {
    fc.assert(
      fc.property(contents, (all) => {
        const [first] = all;
        if (!first) return;
        const { namespace, record } = first;
        const renamed = { namespace, record: { ...record, id: `${record.id} more` } };
        const moved = { namespace: `${namespace} more`, record };
        for (const other of [[], [first, first], [renamed], [moved]]) {
          expect(isSame(sumOf([...other, ...all.slice(1)]), sumOf(all))).toBe(false);
        }
      }),
    );
  });

  it('tells contents that have changed places', () => {
    const [a, b] = [recordOf('a', [1, 2]), recordOf('b', [3, 4])];
    const swapped = [recordOf('a', [3, 4]), recordOf('b', [1, 2])];
    expect(sumOf(outside(swapped)).vectors).not.toBe(sumOf(outside([a, b])).vectors);
    expect(sumOf(outside(swapped)).ids).toBe(sumOf(outside([a, b])).ids);
  });

  it('takes zeros of both signs for the same, in vectors and metadata', () => {
    const [plus, minus] = [recordOf('a', [0, 1]), recordOf('a', [-0, 1])].map((record, i) => ({
      ...record,
      metadata: { zero: i === 0 ? 0 : -0 },
    }));
    if (plus && minus) expect(differingParts(plus, minus, new Set(CONTENT_PARTS), 'f32')).toEqual([]);
  });

  it('tells no document from an empty one, and null from nothing', () => {
    const record = recordOf('a', [1, 2]);
    const parts = new Set(CONTENT_PARTS);
    expect(differingParts(record, { ...record, document: '' }, parts, 'f32')).toEqual(['documents']);
    expect(differingParts(record, { ...record, metadata: { a: null } }, parts, 'f32')).toEqual(['metadata']);
  });

  it('counts contents wherever they are where there are no ids', () => {
    const only = ['vectors'] as const;
    const numbered = outside([recordOf('0', [1, 2]), recordOf('1', [3, 4])]);
    const named = outside([recordOf('b', [3, 4]), recordOf('a', [1, 2])]);
    expect(sumOf(numbered, only)).toEqual(sumOf(named, only));
    expect(sumOf(numbered, only).ids).toBeUndefined();
  });
});

describe('precisionOf', () => {
  const [one, half, turnedBy] = [
    recordOf('a', [0.1, 0.7]),
    recordOf('a', [0.0999755859375, 0.7001953125]),
    recordOf('a', [0.2, 1.4]),
  ] as const;

  it.each([
    ['f32', one],
    ['f16', half],
    ['direction', turnedBy],
    // In the last bit.
    ['direction', recordOf('a', [0.1, 0.7000000476837158])],
    ['f32', recordOf('a', [0.7, 0.1])],
  ] as const)('%s', (precision, other) => expect(precisionOf([[one, other]])).toBe(precision));

  it('is not misled by a record that has changed', () => {
    const changed = [one, recordOf('a', [5, 5])] as const;
    expect(precisionOf([[one, half], changed, [one, half]])).toBe('f16');
  });
});

function sumOf(all: readonly Placed[], parts: readonly (typeof CONTENT_PARTS)[number][] = CONTENT_PARTS) {
  const sum = new Fingerprint(parts, 'f32');
  for (const { namespace, record } of all) sum.add(namespace, record);
  return sum.checksum;
}

function recordOf(id: string, vector: readonly number[]): MigratedRecord {
  const named = new Map([['', Float32Array.from(vector)]]);
  return { id, vectors: named, document: undefined, metadata: {}, expiresAt: undefined };
}

function outside(records: readonly MigratedRecord[]): Placed[] {
  return records.map((record) => ({ namespace: undefined, record }));
}

/** The same record with everything unordered in another order. */
function turned({ namespace, record }: Placed): Placed {
  const metadata = Object.fromEntries(Object.entries(record.metadata).toReversed());
  return { namespace, record: { ...record, metadata, vectors: new Map([...record.vectors].toReversed()) } };
}
