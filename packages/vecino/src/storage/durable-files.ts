import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the names in a folder durable: a file that is synced can still be lost with its name. */
export function syncFolder(path: string): void {
  // Windows cannot open a folder as a file, and writes names through by itself.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Puts a finished file in the place of `target`, at once and durably. */
export function replaceFile(finished: string, target: string): void {
  renameSync(finished, target);
  syncFolder(dirname(target));
}

/** Writes all bytes: one call of the system may write fewer. */
export function writeFully(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(file, bytes, written, bytes.byteLength - written);
  }
}
