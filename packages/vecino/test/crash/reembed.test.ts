import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { HashedTexts } from '../contract/hashed-texts.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PROGRAM = new URL('./reembed-writer.ts', import.meta.url).pathname;
const RECORDS = 600;
const BATCH = 256;
const TEXTS = Array.from({ length: RECORDS }, (_, i) => ({ id: `${i}`, document: `text ${i}` }));

/** When the process dies, whose vectors answer then, and how many texts are left to embed. */
const MOMENTS = [
  { moment: '1', model: 'before', left: RECORDS },
  { moment: `${BATCH}`, model: 'before', left: RECORDS - BATCH },
  { moment: 'indexing', model: 'before', left: 0 },
  { moment: 'clearing', model: 'after', left: 0 },
] as const;

describe('a process that is killed while it moves a collection to another model', () => {
  it.each(MOMENTS)('at $moment leaves it as it was, or moved', async ({ moment, model, left }) => {
    const folder = temporaryFolder();
    const models = { before: new HashedTexts('before', 8), after: new HashedTexts('after', 12) };
    const making = await open(folder);
    const made = await making.createCollection('notes', { embedding: models.before });
    await made.add(TEXTS);
    await making.close();
    const { signal, stderr } = spawnSync(process.execPath, [PROGRAM, folder, moment], { encoding: 'utf8' });
    expect(signal, stderr).toBe('SIGKILL');

    // The snapshot of an index that was exchanged a moment ago has not been replaced yet.
    const codes: string[] = [];
    const onWarning = ({ code }: { readonly code: string }) => codes.push(code);
    await using database = await open(folder, { embeddingCacheBytesMax: 0, onWarning });
    const notes = await database.openCollection('notes', { embedding: models[model] });
    const expectSound = async (by: HashedTexts) => {
      const [hit] = await notes.search({ text: 'text 77', k: 1, exact: true, include: ['vector'] });
      expect(hit).toMatchObject({ id: '77', vector: by.vectorOf('text 77') });
      expect(await notes.count()).toBe(RECORDS);
    };
    await expectSound(models[model]);
    // What is written in between is embedded by the model that answers, and later by the other.
    await notes.upsert([{ id: '3', document: 'changed' }]);
    const { after } = models;
    const before = after.asked;
    expect(await notes.reembed({ embedding: after })).toBe(model === 'before');
    if (model === 'before') expect(after.asked - before).toBe(left + (left === RECORDS ? 0 : 1));
    await expectSound(after);
    expect((await notes.get('3', ['vector']))?.vector).toEqual(after.vectorOf('changed'));
    await notes.compact();
    await expectSound(after);
    expect((await notes.check()).problems).toEqual([]);
    expect(codes.filter((code) => code !== 'SNAPSHOT_REBUILT')).toEqual([]);
  });
});
