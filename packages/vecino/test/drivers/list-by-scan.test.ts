import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/api/metadata.ts';
import { ChangeClock } from '../../src/driver/front/change-clock.ts';
import { listByScan } from '../../src/driver/front/list-by-scan.ts';
import { nearMatching } from '../../src/driver/front/near-matching.ts';
import { open } from '../../src/index.ts';

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('a', 'b', '\u{1f600}', '\uffee', null, true, false),
);
const records = fc
  .array(fc.record({ a: value, b: value }, { requiredKeys: [] }), { maxLength: 40 })
  .map((all) => all.map((metadata, i) => ({ id: `${(i * 7) % 40}`, vector: [1, i], metadata })));

describe('a list by scanning', () => {
  it('has the order and the pages of a folder', async () => {
    const order = fc.constantFrom('asc', 'desc');
    await using folder = await open(':memory:');
    let name = 0;
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.constantFrom('id', 'seq', 'a', 'b'),
        order,
        async (given, orderBy, order) => {
          const collection = await folder.collection(`c${name++}`, { dimension: 2 });
          if (given.length > 0) await collection.add(given);
          const { records: expected } = await collection.list({ orderBy, order, limit: 1_000 });
          const rows = given.map(({ id, metadata }, i) => ({
            id,
            seq: i,
            metadata: JSON.stringify(metadata),
          }));
          async function* scan() {
            for (let i = 0; i < rows.length; i += 7) yield rows.slice(i, i + 7).toReversed();
          }
          const found: string[] = [];
          let after: { id: string; key?: JsonValue } | undefined;
          do {
            const page = await listByScan(
              {
                now: 0,
                predicate: undefined,
                orderBy,
                descending: order === 'desc',
                limit: 6,
                after,
                parts: [],
              },
              scan,
            );
            found.push(...page.map(({ row }) => row.id));
            const last = page.at(-1);
            after = last && { id: last.row.id, ...(last.key !== undefined && { key: last.key }) };
            for (const { row } of page)
              expect(Object.keys(row).sort()).toEqual(
                orderBy.length > 1 ? ['id', 'metadata', 'seq'] : ['id', 'seq'],
              );
          } while (after);
          expect(found).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a search whose filter the engine cannot say', () => {
  const all = Array.from({ length: 100 }, (_, i) => ({
    id: `${i}`,
    seq: i,
    score: -i,
    metadata: JSON.stringify({ i }),
  }));
  const even = { kind: 'in', path: 'i', values: [90, 92, 94] } as const;

  it('is deepened until there are enough, or no others', async () => {
    const depths: number[] = [];
    const ask = async (depth: number) => {
      depths.push(depth);
      return all.slice(0, depth);
    };
    const found = (depth: number, depthMax = 1_000) =>
      nearMatching({ predicate: even, depth }, depthMax, ask);
    expect((await found(2))?.map(({ id }) => id)).toEqual(['90', '92']);
    expect(depths).toEqual([8, 32, 128]);
    expect(await found(5)).toHaveLength(3);
    expect(await found(5, 93)).toBeUndefined();
    depths.length = 0;
    expect(await nearMatching({ predicate: undefined, depth: 3 }, 10, ask)).toHaveLength(3);
    expect(depths).toEqual([3]);
  });
});

describe('a clock of changes', () => {
  it('gives no number twice, and none that is less, whatever the time', () => {
    const times = [5, 5, 4, 9].values();
    const clock = new ChangeClock(() => times.next().value ?? 0);
    const given = [2, 1_500, 1, 2].flatMap((count) => clock.next(count));
    expect(given[0]).toBe(5_000);
    expect(given.at(-1)).toBe(9_001);
    expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
  });
});
