import { type FileHandle, open } from 'node:fs/promises';
import { truncated, unreadable } from '../faults.ts';

/** A file that is read at places. */
export class ByteFile implements AsyncDisposable {
  readonly path: string;
  readonly size: number;
  private readonly handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.handle = handle;
  }

  /** `INPUT_UNREADABLE` where there is none, or it is a folder. */
  static async open(path: string): Promise<ByteFile> {
    try {
      const handle = await open(path);
      const stats = await handle.stat();
      if (stats.isFile()) return new ByteFile(path, stats.size, handle);
      await handle.close();
      throw Object.assign(new Error(path), { code: stats.isDirectory() ? 'EISDIR' : 'it is no file' });
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }

  /** So many bytes in a buffer of their own; a file that ends before is truncated. */
  async read(from: number, byteLength: number): Promise<Buffer<ArrayBuffer>> {
    const bytes = Buffer.from(new ArrayBuffer(byteLength));
    let filled = 0;
    while (filled < byteLength) {
      const { bytesRead } = await this.reading(bytes, filled, from + filled);
      if (bytesRead === 0) throw truncated(this.path, from + byteLength, from + filled);
      filled += bytesRead;
    }
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }

  private async reading(bytes: Buffer, at: number, position: number): Promise<{ bytesRead: number }> {
    try {
      return await this.handle.read(bytes, at, bytes.length - at, position);
    } catch (cause) {
      throw unreadable(this.path, cause);
    }
  }
}

/** Opens a file for something that keeps it; where that fails, the file is closed. */
export async function keeping<T>(path: string, make: (file: ByteFile) => Promise<T>): Promise<T> {
  const file = await ByteFile.open(path);
  try {
    return await make(file);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
