import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFile } from './output-file.ts';

describe('OutputFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vecino-output-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('replaces the file only when it is complete', async () => {
    const name = join(folder, 'a.jsonl');
    await writeFile(name, 'before');
    {
      await using file = await OutputFile.create(name);
      await file.write('é\n');
      await file.write('after\n');
      expect(await readFile(name, 'utf8')).toBe('before');
      expect(await file.finish()).toBe(9);
    }
    expect(await readFile(name, 'utf8')).toBe('é\nafter\n');
    expect(await readdir(folder)).toEqual(['a.jsonl']);
  });

  it('leaves nothing behind where it is not finished', async () => {
    {
      await using file = await OutputFile.create(join(folder, 'a.jsonl'));
      await file.write('half');
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('says why it cannot be written', async () => {
    await expect(OutputFile.create(join(folder, 'missing', 'a.jsonl'))).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      details: { reason: 'ENOENT' },
    });
  });
});
