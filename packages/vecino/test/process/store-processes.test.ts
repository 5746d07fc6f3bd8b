import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/storage/open-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Answer, Question } from './store-process.ts';

const SCRIPT = fileURLToPath(new URL('./store-process.ts', import.meta.url));

/** A user that owns nothing: root may write everywhere, so as root the child takes another user's place. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

class StoreProcess {
  readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(folder: string, mode: 'read' | 'write', user: { uid?: number; gid?: number } = {}) {
    const child = fork(SCRIPT, [folder, mode], { ...user, stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const started = new StoreProcess(child);
    return { process: started, opened: await started.answer() };
  }

  async ask(question: Question): Promise<Answer> {
    const answer = this.answer();
    this.child.send(question);
    return answer;
  }

  /** Ends the process with no chance to tidy up. */
  async kill(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private async answer(): Promise<Answer> {
    const [message] = await Promise.race([
      once(this.child, 'message'),
      once(this.child, 'exit').then(([code]) => Promise.reject(new Error(`the child ended with ${code}`))),
    ]);
    return message as Answer;
  }
}

describe('a writing process', () => {
  it('is named to the second writer, and its lock dies with it', async () => {
    const folder = temporaryFolder();
    const { process: first } = await StoreProcess.start(folder, 'write');
    expect(await first.ask({ ask: 'put', slot: 0 })).toMatchObject({ lastSeq: 2 });
    await expect(openStore(folder, { readOnly: false, create: true })).rejects.toThrow(
      expect.objectContaining({
        code: 'STORE_LOCKED',
        details: expect.objectContaining({ pid: first.child.pid }),
      }),
    );
    await first.kill();
    const store = await openStore(folder, { readOnly: false, create: false });
    expect(store.reader.count(1)).toBe(1);
    expect(await store.check()).toEqual([]);
    await store.close();
  });

  it('is followed by readers in other processes, commit by commit', async () => {
    const folder = temporaryFolder();
    const { process: writer } = await StoreProcess.start(folder, 'write');
    const { process: reader } = await StoreProcess.start(folder, 'read');
    const here = await openStore(folder, { readOnly: true, create: false });
    onTestFinished(() => here.close());
    for (let slot = 0; slot < 5; slot++) {
      const version = here.reader.dataVersion();
      await writer.ask({ ask: 'put', slot });
      expect(await reader.ask({ ask: 'count' })).toEqual({ count: slot + 1, problems: [] });
      expect(here.reader.count(1)).toBe(slot + 1);
      expect(here.reader.dataVersion()).not.toBe(version);
    }
  });

  it('that was killed leaves its commits to readers', async () => {
    const folder = temporaryFolder();
    const { process: writer } = await StoreProcess.start(folder, 'write');
    await writer.ask({ ask: 'put', slot: 3 });
    await writer.kill();
    const { process: reader, opened } = await StoreProcess.start(folder, 'read');
    expect(opened).toEqual({ opened: true });
    expect(await reader.ask({ ask: 'count' })).toEqual({ count: 1, problems: [] });
  });
});

/** The other user must be able to run the child at all: a checkout in a private home is out of its reach. */
function nobodyCanRun(): boolean {
  const probe = `require('node:fs').accessSync(${JSON.stringify(SCRIPT)})`;
  return spawnSync(process.execPath, ['-e', probe], NOBODY).status === 0;
}

const reach = nobodyCanRun();

describe.skipIf(!reach)(
  `a process that may not write in the folder${reach ? '' : ' (skipped: another user cannot read this checkout)'}`,
  () => {
    /** A folder that was written and closed, and that the other process may only read. */
    async function readableFolder(): Promise<string> {
      const folder = temporaryFolder();
      const store = await openStore(folder, { readOnly: false, create: true });
      await store.writer?.createCollection({
        name: 'a',
        dimension: 2,
        metric: 'l2',
        embedding: null,
        index: {},
      });
      await store.close();
      return folder;
    }

    function forbidWriting(folder: string): void {
      chmodSync(folder, 0o555);
      onTestFinished(() => chmodSync(folder, 0o755));
    }

    it('reads it, beside a writer and after', async () => {
      const folder = await readableFolder();
      chmodSync(folder, 0o755);
      const { process: before, opened } = await StoreProcess.start(folder, 'read', NOBODY);
      expect(opened).toEqual({ opened: true });
      const writing = await StoreProcess.start(folder, 'write');
      const { process: beside } = await StoreProcess.start(folder, 'read', NOBODY);
      for (let slot = 0; slot < 3; slot++) {
        await writing.process.ask({ ask: 'put', slot });
        for (const reader of [before, beside]) {
          expect(await reader.ask({ ask: 'count' })).toEqual({ count: slot + 1, problems: [] });
        }
      }
      await writing.process.kill();
      const { process: after } = await StoreProcess.start(folder, 'read', NOBODY);
      expect(await after.ask({ ask: 'count' })).toEqual({ count: 3, problems: [] });
    });

    it('reads a copy without log files, and notices when a writer makes them', async () => {
      const folder = await readableFolder();
      for (const file of ['store.sqlite-shm', 'store.sqlite-wal']) rmSync(join(folder, file));
      forbidWriting(folder);
      const { process: reader, opened } = await StoreProcess.start(folder, 'read', NOBODY);
      expect(opened).toEqual({ opened: true });
      expect(await reader.ask({ ask: 'count' })).toEqual({ count: 0, problems: [] });
      expect(existsSync(join(folder, 'store.sqlite-shm'))).toBe(false);

      chmodSync(folder, 0o755);
      const { process: writer } = await StoreProcess.start(folder, 'write');
      await writer.ask({ ask: 'put', slot: 0 });
      expect(await reader.ask({ ask: 'count' })).toEqual({ count: 1, problems: [] });
    });

    it('is told to open it for reading', async () => {
      const folder = await readableFolder();
      forbidWriting(folder);
      const { opened } = await StoreProcess.start(folder, 'write', NOBODY);
      expect(opened).toMatchObject({
        failed: 'STORE_READ_ONLY',
        message: expect.stringContaining('{ readOnly: true }'),
      });
    });

    it('is told where it cannot make the folder', async () => {
      const folder = temporaryFolder();
      forbidWriting(folder);
      const { opened } = await StoreProcess.start(join(folder, 'new'), 'write', NOBODY);
      expect(opened).toMatchObject({ failed: 'STORE_READ_ONLY' });
      expect(existsSync(join(folder, 'new'))).toBe(false);
    });
  },
);
