import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writing } from './writing.ts';

/**
 * A file that appears under its name only when it is complete and on the disk: it is written beside it, and a
 * file of that name stays what it was until then. Disposing of an unfinished one leaves nothing behind.
 */
export class OutputFile implements AsyncDisposable {
  private readonly name: string;
  private readonly temporary: string;
  private readonly handle: FileHandle;
  private finished = false;
  private bytes = 0;

  private constructor(name: string, temporary: string, handle: FileHandle) {
    this.name = name;
    this.temporary = temporary;
    this.handle = handle;
  }

  /** `OUTPUT_UNWRITABLE` where the folder is missing or may not be written to. */
  static async create(name: string): Promise<OutputFile> {
    const temporary = `${resolve(name)}.${randomUUID()}.part`;
    const handle = await writing(name, () => open(temporary, 'wx'));
    return new OutputFile(name, temporary, handle);
  }

  async write(content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    await writing(this.name, () => this.handle.writeFile(bytes));
    this.bytes += bytes.length;
  }

  /** Puts other bytes in the place of some that were written before. */
  async rewrite(bytes: Uint8Array, at: number): Promise<void> {
    await writing(this.name, () => this.handle.write(bytes, 0, bytes.length, at));
  }

  /** Its size in bytes. */
  async finish(): Promise<number> {
    await writing(this.name, async () => {
      await this.handle.sync();
      await rename(this.temporary, resolve(this.name));
    });
    this.finished = true;
    return this.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
    if (!this.finished) await rm(this.temporary, { force: true });
  }
}
