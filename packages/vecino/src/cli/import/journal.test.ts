import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetImports, ImportJournal, type JournalEntry } from './journal.ts';

const file = { bytes: 10, modifiedMs: 1.5, headHash: 'h' };
const checkpoint = { end: { byte: 5, line: 2, header: ['a'] }, ids: 's', records: 2, skipped: 1 };
const entry: JournalEntry = { file, checkpoint, lastId: 'x', done: false };
const key = { collection: 'docs', path: '/a.csv', reading: { format: 'csv' } };

describe('ImportJournal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vecino-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back what was written last', async () => {
    const journal = new ImportJournal(folder, key);
    expect(await journal.read(file)).toBeUndefined();
    await journal.write(entry);
    await journal.write({ ...entry, done: true });
    expect(await new ImportJournal(folder, key).read(file)).toMatchObject({ ...entry, done: true });
    expect(await readdir(join(folder, 'import'))).toHaveLength(1);
  });

  it('does not know a file that has changed, nor one that is read otherwise', async () => {
    await new ImportJournal(folder, key).write(entry);
    expect(await new ImportJournal(folder, key).read({ ...file, modifiedMs: 2 })).toBeUndefined();
    const otherwise = { ...key, reading: { format: 'csv', delimiter: ';' } };
    expect(await new ImportJournal(folder, otherwise).read(file)).toBeUndefined();
  });

  it('begins anew where the note is damaged', async () => {
    const journal = new ImportJournal(folder, key);
    await journal.write(entry);
    const [name = ''] = await readdir(join(folder, 'import'));
    await truncate(join(folder, 'import', name), 20);
    expect(await journal.read(file)).toBeUndefined();
  });

  it('is forgotten with its collection', async () => {
    const kept = new ImportJournal(folder, { ...key, collection: 'other' });
    await kept.write(entry);
    await new ImportJournal(folder, key).write(entry);
    await writeFile(join(folder, 'import', 'stray'), 'x');
    await forgetImports(folder, 'docs');
    expect(await kept.read(file)).toBeDefined();
    expect(await readdir(join(folder, 'import'))).toHaveLength(2);
    await forgetImports(join(folder, 'nowhere'), 'docs');
  });
});
