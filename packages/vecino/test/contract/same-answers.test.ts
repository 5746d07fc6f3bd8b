import { expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DIMENSION,
  INDEXES,
  openDatabase,
  randomVectors,
  recordsOf,
  type Shelf,
} from './collection-fixture.ts';
import { QUESTIONS } from './questions.ts';

const RECORDS = recordsOf(randomVectors(500, 8)).map((record, i) =>
  i % 7 === 0 ? { ...record, document: `number ${i}, by seven` } : record,
);
const OPTIONS = { dimension: DIMENSION, index: INDEXES.hnsw, fullText: true } as const;

async function fill(shelf: Collection<Shelf>): Promise<void> {
  await shelf.add(RECORDS);
  await shelf.remove(['r5', 'r250']);
  await shelf.update([{ id: 'r3', metadata: { tenth: 4 } }]);
}

it('every question has the same answer in memory, in a folder, for who only reads it, and when it is opened again', async () => {
  const folder = temporaryFolder();
  const inMemory = await (await openDatabase({ place: ':memory:' })).collection<Shelf>('shelf', OPTIONS);
  await fill(inMemory);
  const writing = await openDatabase({ place: 'folder' }, folder);
  const inFolder = await writing.collection<Shelf>('shelf', OPTIONS);
  // The reader is there before the records are, and has to follow.
  const reading = await openDatabase({ place: 'folder' }, folder, { readOnly: true });
  const forReader = await reading.openCollection<Shelf>('shelf');
  expect(await forReader.count()).toBe(0);
  await fill(inFolder);
  const answers = new Map<string, unknown>();
  for (const [what, ask] of Object.entries(QUESTIONS)) {
    const answer = await ask(inMemory);
    answers.set(what, answer);
    expect(await ask(inFolder), `${what}, in a folder`).toEqual(answer);
    expect(await ask(forReader), `${what}, for who reads`).toEqual(answer);
  }
  await reading.close();
  await writing.close();
  const again = await (await openDatabase({ place: 'folder' }, folder)).openCollection<Shelf>('shelf');
  for (const [what, ask] of Object.entries(QUESTIONS)) {
    expect(await ask(again), `${what}, when it is opened again`).toEqual(answers.get(what));
  }
});
