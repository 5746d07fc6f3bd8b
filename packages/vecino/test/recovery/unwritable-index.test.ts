import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { KINDS, libraryOf } from './recovery-fixture.ts';

const RECORDS = 300;

describe.each(KINDS)('where the folder of snapshots cannot be used: $name', (kind) => {
  it('what is derived is not written, which is said, and nothing is lost', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const index = join(library.folder, 'index');
    const collection = await library.open();
    rmSync(index, { recursive: true });
    writeFileSync(index, 'a file in the place of the folder');
    await library.put(collection, 200, 200);
    await collection.compact();
    expect(library.warnings).toEqual(['SNAPSHOT_NOT_WRITTEN']);
    await library.verify(collection);
    await library.close();
    expect(library.warnings).toEqual(['SNAPSHOT_NOT_WRITTEN', 'SNAPSHOT_NOT_WRITTEN']);

    rmSync(index);
    const again = await library.open();
    expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
    await library.verify(again);
    await library.close();
    expect(readdirSync(index)).toEqual(['1.snapshot']);
  });

  it('opening goes on with the records, and says it', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const index = join(library.folder, 'index');
    rmSync(index, { recursive: true });
    writeFileSync(index, 'a file in the place of the folder');
    const collection = await library.open();
    await library.verify(collection);
    await library.put(collection, 200, 200);
    await library.verify(collection);
    await library.close();
    expect(library.warnings).toEqual(['SNAPSHOT_REBUILT', 'SNAPSHOT_NOT_WRITTEN']);
  });
});
