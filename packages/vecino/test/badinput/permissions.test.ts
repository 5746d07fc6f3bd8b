import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { stock } from './refusal.ts';
import type { Outcomes } from './stranger.ts';

const SCRIPT = fileURLToPath(new URL('./stranger.ts', import.meta.url));

/** A user that owns nothing: root may write everywhere, so as root the child takes another user's place. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

async function outcomesOf(...folders: readonly string[]): Promise<Outcomes[]> {
  const child = fork(SCRIPT, folders, { ...NOBODY, stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [outcomes] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the child ended with ${code}`))),
  ]);
  return outcomes as Outcomes[];
}

/** A stocked folder inside one that everybody may enter. */
async function stockedFolder(): Promise<string> {
  const parent = temporaryFolder();
  chmodSync(parent, 0o755);
  const folder = join(parent, 'library');
  await (await stock(await open(folder))).close();
  return folder;
}

/** Gives or takes rights on the folder and everything in it. */
function allow(folder: string, folderMode: number, fileMode: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? folderMode : fileMode);
  }
  chmodSync(folder, folderMode);
  // Without the rights the folder could not be removed by a user who is not root.
  onTestFinished(() => {
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'index'), 0o755);
  });
}

function picture(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name)).size}`);
}

const FOUND = { found: ['a', 'b', 'c'], problems: [] };

describe('a folder of another user', () => {
  it('that may only be read is read, and is not written', async () => {
    const folder = await stockedFolder();
    allow(folder, 0o555, 0o444);
    const before = picture(folder);
    const [outcomes] = await outcomesOf(folder);
    expect(outcomes?.writing).toMatchObject({
      code: 'STORE_READ_ONLY',
      message: expect.stringMatching(
        /library.* may not be written by this process; change its permissions, or open the folder with \{ readOnly: true \}/,
      ),
      details: { file: expect.stringContaining('library') },
    });
    expect(outcomes?.reading).toEqual(FOUND);
    expect(picture(folder)).toEqual(before);
  });

  it('whose files may only be read is not written, though files could be added', async () => {
    const folder = await stockedFolder();
    allow(folder, 0o777, 0o444);
    const [outcomes] = await outcomesOf(folder);
    expect(outcomes?.writing).toMatchObject({
      code: 'STORE_READ_ONLY',
      details: { file: expect.stringContaining(folder) },
    });
    expect(outcomes?.reading).toEqual(FOUND);
  });

  it('in which no folder can be made says so, and nothing is made', async () => {
    const parent = temporaryFolder();
    chmodSync(parent, 0o555);
    onTestFinished(() => chmodSync(parent, 0o755));
    const [outcomes] = await outcomesOf(join(parent, 'new'));
    expect(outcomes?.writing).toMatchObject({
      code: 'STORE_READ_ONLY',
      message: expect.stringContaining('may not be written by this process; change its permissions'),
    });
    expect(outcomes?.reading).toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('that may not even be entered says so', async () => {
    const folder = await stockedFolder();
    allow(folder, 0o700, 0o600);
    const before = picture(folder);
    const [outcomes] = await outcomesOf(folder);
    expect(outcomes?.writing).toMatchObject({ code: 'STORE_READ_ONLY' });
    expect(outcomes?.reading).toMatchObject({
      code: 'STORE_IO',
      message: expect.stringMatching(/library.*(EACCES|permission)/),
    });
    expect(picture(folder)).toEqual(before);
  });

  it('is copied and belongs to whoever copied it', async () => {
    const folder = await stockedFolder();
    allow(folder, 0o555, 0o444);
    const parent = temporaryFolder();
    chmodSync(parent, 0o777);
    const copy = join(parent, 'copy');
    cpSync(folder, copy, { recursive: true });
    allow(copy, 0o777, 0o666);
    mkdirSync(join(copy, 'index'), { recursive: true });
    const [outcomes] = await outcomesOf(copy);
    expect(outcomes?.writing).toMatchObject({
      found: expect.arrayContaining(['from a stranger']),
      problems: [],
    });
    expect(outcomes?.reading).toMatchObject({
      found: expect.arrayContaining(['from a stranger']),
      problems: [],
    });
  });
});
