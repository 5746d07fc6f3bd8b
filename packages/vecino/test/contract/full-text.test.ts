import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/api/database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DIMENSION,
  DURABLE_VARIANTS,
  openDatabase,
  optionsOf,
  randomVectors,
  VARIANTS,
} from './collection-fixture.ts';

const TEXTS = [
  'A school of magic in a castle',
  'Magical schools of the north',
  'How to cook a soup for two',
  'The history of castles',
  'A boat on the river at night',
];
const VECTORS = randomVectors(TEXTS.length, 7);
const RECORDS = TEXTS.map((document, i) => ({
  id: `${i}`,
  vector: VECTORS[i] ?? new Float32Array(DIMENSION),
  document,
  metadata: { even: i % 2 === 0 },
}));

const idsOf = (hits: readonly { readonly id: string }[]) => hits.map(({ id }) => id);

describe.each(VARIANTS)('$family, $metric, $place: words', (variant) => {
  const opened = async (database?: Database) => {
    const db = database ?? (await openDatabase(variant));
    return db.collection('docs', { ...optionsOf(variant), fullText: true });
  };

  it('find records beside vectors, read as they are written', async () => {
    const docs = await opened();
    await docs.add(RECORDS);
    expect(idsOf(await docs.search({ fullText: 'magic schools' })).sort()).toEqual(['0', '1']);
    expect(idsOf(await docs.search({ fullText: '"of magic"' }))).toEqual(['0']);
    expect(idsOf(await docs.search({ fullText: 'castl*', k: 1 }))).toHaveLength(1);
    expect(idsOf(await docs.search({ fullText: 'castle', filter: { even: false } }))).toEqual(['3']);
    await docs.update([{ id: '4', document: 'A magic boat' }]);
    await docs.remove('0');
    expect(idsOf(await docs.search({ fullText: 'magic' })).sort()).toEqual(['1', '4']);
    expect((await docs.check()).problems).toEqual([]);
  });

  it('and nearness find what either finds, and say who found it', async () => {
    const docs = await opened();
    await docs.add(RECORDS);
    const vector = RECORDS[2]?.vector ?? [];
    const hits = await docs.search({ vector, fullText: 'river', exact: true, k: 5 });
    expect(hits).toHaveLength(5);
    expect(idsOf(hits.slice(0, 2)).includes('4')).toBe(true);
    const river = hits.find(({ id }) => id === '4');
    expect(river?.scores?.fullText).toBeGreaterThan(0);
    expect(river?.scores?.shares.fullText).toBeCloseTo(1 / 61, 12);
    for (const { score, scores } of hits) {
      expect((scores?.shares.vector ?? 0) + (scores?.shares.fullText ?? 0)).toBeCloseTo(score, 12);
    }
    const none = await docs.search({ vector, fullText: 'dragon', exact: true, k: 5 });
    expect(idsOf(none)).toEqual(idsOf(await docs.search({ vector, exact: true, k: 5 })));
    const near = await docs.search({ id: '4', fullText: 'river castle', k: 5 });
    expect(idsOf(near)).not.toContain('4');
    expect(near.length).toBe(4);
  });

  it('are asked for many times in one call, with the same answers', async () => {
    const docs = await opened();
    await docs.add(RECORDS);
    const queries = [
      { fullText: 'magic' },
      { vector: VECTORS[1] ?? [], exact: true },
      { vector: VECTORS[2] ?? [], fullText: 'castle', exact: true },
    ];
    const together = await docs.searchMany(queries);
    expect(together).toEqual(await Promise.all(queries.map((query) => docs.search(query))));
  });
});

describe.each(DURABLE_VARIANTS.slice(0, 1))('an index of texts', (variant) => {
  it('is made of what is stored, with progress, and is there when the folder is opened again', async () => {
    const folder = temporaryFolder();
    const first = await openDatabase(variant, folder);
    const plain = await first.collection('docs', optionsOf(variant));
    await plain.add(RECORDS);
    expect((await plain.describe()).fullText).toBe(null);
    const told: number[] = [];
    const docs = await first.collection('docs', {
      fullText: {
        language: 'english',
        fields: ['document'],
        onProgress: ({ records }) => told.push(records),
      },
    });
    expect(told.at(-1)).toBe(RECORDS.length);
    expect(idsOf(await docs.search({ fullText: 'soup' }))).toEqual(['2']);
    await docs.compact();
    await first.close();

    const second = await openDatabase(variant, folder);
    const again = await second.openCollection('docs');
    expect((await again.describe()).fullText).toEqual({ language: 'english', fields: ['document'] });
    expect(idsOf(await again.search({ fullText: 'soup' }))).toEqual(['2']);
    await expect(second.collection('docs', { fullText: { language: 'german' } })).rejects.toMatchObject({
      code: 'COLLECTION_MISMATCH',
    });
  });

  it('follows the writing process', async () => {
    const folder = temporaryFolder();
    const writing = await openDatabase(variant, folder);
    const docs = await writing.collection('docs', { ...optionsOf(variant), fullText: true });
    await docs.add(RECORDS);
    const reading = await openDatabase(variant, folder, { readOnly: true });
    const read = await reading.openCollection('docs');
    expect(idsOf(await read.search({ fullText: 'soup' }))).toEqual(['2']);
    await docs.update([{ id: '4', document: 'A soup of fish' }]);
    await docs.remove('2');
    expect(idsOf(await read.search({ fullText: 'soup' }))).toEqual(['4']);
    expect((await read.check()).problems).toEqual([]);
  });
});
