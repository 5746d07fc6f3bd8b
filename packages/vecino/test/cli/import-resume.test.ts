import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FileImport, type FileOutcome } from '../../src/cli/import/file-import.ts';
import { ImportTarget } from '../../src/cli/import/import-target.ts';
import { inspectInput } from '../../src/cli/import/input-file.ts';
import { inputFormat } from '../../src/cli/import/input-format.ts';
import { ImportJournal, type JournalEntry } from '../../src/cli/import/journal.ts';
import { type Database, open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

/** What an import can meet at each note that it is about to write. */
type Fate = 'goes on' | 'interrupted after the note' | 'dies before the note';

/** A journal with a fate for each of its notes; when there are no more, all goes well. */
class FatefulJournal extends ImportJournal {
  readonly controller = new AbortController();
  private readonly fates: Fate[];

  constructor(folder: string, fates: Fate[]) {
    super(folder, { collection: 'c', path: 'rows', reading: {} });
    this.fates = fates;
  }

  override async write(entry: JournalEntry): Promise<void> {
    const fate = this.fates.shift() ?? 'goes on';
    if (fate === 'dies before the note') throw new Error('died');
    await super.write(entry);
    if (fate === 'interrupted after the note') this.controller.abort();
  }
}

async function importOnce(
  db: Database,
  path: string,
  journalFolder: string,
  batchMax: number,
  fates: Fate[],
): Promise<FileOutcome | undefined> {
  const target = new ImportTarget(db, 'c', { dimension: 2, index: 'flat' }, undefined);
  if ((await db.listCollections()).length > 0) await target.openExisting();
  const journal = new FatefulJournal(journalFolder, fates);
  const { signal } = journal.controller;
  const settings = { batchMax, skipBad: true, again: false, signal };
  const watcher = { resumed() {}, advanced() {} };
  const { reading } = await inputFormat(path, {});
  try {
    return await new FileImport(await inspectInput(path), reading, target, journal, settings, watcher).run();
  } catch {
    return undefined;
  }
}

const row = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }).map((x) => `{"vector":[1,${x}]}`) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(3), fc.nat(9)).map(([id, x]) => `{"id":${id},"vector":[1,${x}]}`) },
  { weight: 1, arbitrary: fc.nat(3).map((id) => `{"id":${id},"vector":[1,2,3]}`) },
  { weight: 1, arbitrary: fc.constantFrom('{"vector":[1,2}', '{"vector":[0,0]}', '[]', '') },
);
const fate = fc.constantFrom<Fate>('goes on', 'interrupted after the note', 'dies before the note');

describe('an import that is stopped again and again', () => {
  it('ends with the same records as one that is not, and has counted every row', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fate, { maxLength: 8 }),
        async (rows, batchMax, fates) => {
          const folder = temporaryFolder();
          const path = join(folder, 'rows.jsonl');
          writeFileSync(path, rows.join('\n'));
          await using undisturbed = await open(':memory:');
          const wanted = await importOnce(undisturbed, path, join(folder, 'a'), 1_000, []);
          await using db = await open(':memory:');
          let outcome: FileOutcome | undefined;
          while (outcome === undefined) {
            outcome = await importOnce(db, path, join(folder, 'b'), batchMax, fates);
          }
          // Which of the two a row counts as may differ: a bad one is not even tried where a later row of its
          // batch has its id.
          const counts = [wanted, outcome].map(
            (counted) => (counted?.records ?? 0) + (counted?.skipped ?? 0),
          );
          const rowCount = rows.filter((text) => text !== '').length;
          expect(counts).toEqual([rowCount, rowCount]);
          expect(await contentOf(db)).toEqual(await contentOf(undisturbed));
        },
      ),
      { numRuns: 40 },
    );
  });
});

async function contentOf(db: Database): Promise<unknown> {
  if ((await db.listCollections()).length === 0) return [];
  const collection = await db.openCollection('c');
  const { records } = await collection.list({ orderBy: 'id', include: ['vector', 'document', 'metadata'] });
  return records.map(({ seq: _, ...record }) => record);
}
