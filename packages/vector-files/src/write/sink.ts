import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { VecinoError } from 'vecino/errors';

/** Where a file's bytes go. */
export interface ByteSink {
  /** Appends. */
  write(bytes: Uint8Array): Promise<void>;
  /** Puts others in the place of bytes that were written before. */
  rewrite(bytes: Uint8Array, at: number): Promise<void>;
}

/** A file that appears under its name only when it is complete and on the disk. */
export class FileSink implements ByteSink, AsyncDisposable {
  private readonly path: string;
  private readonly temporary: string;
  private readonly handle: FileHandle;
  private isFinished = false;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.temporary = temporary;
    this.handle = handle;
  }

  /** `OUTPUT_UNWRITABLE` where the folder is missing or may not be written to. */
  static async create(path: string): Promise<FileSink> {
    const temporary = `${resolve(path)}.${randomUUID()}.part`;
    return new FileSink(path, temporary, await writing(path, () => open(temporary, 'wx')));
  }

  write(bytes: Uint8Array): Promise<void> {
    return writing(this.path, () => this.handle.writeFile(bytes));
  }

  async rewrite(bytes: Uint8Array, at: number): Promise<void> {
    await writing(this.path, () => this.handle.write(bytes, 0, bytes.length, at));
  }

  async finish(): Promise<void> {
    await writing(this.path, async () => {
      await this.handle.sync();
      await rename(this.temporary, resolve(this.path));
    });
    this.isFinished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
    if (!this.isFinished) await rm(this.temporary, { force: true });
  }
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const isFull = reason === 'ENOSPC' || reason === 'EDQUOT';
    throw new VecinoError(
      isFull ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE',
      `${path}: ${isFull ? 'the disk is full' : `cannot be written: ${reason}`}`,
      { details: { file: path, reason }, cause },
    );
  }
}
