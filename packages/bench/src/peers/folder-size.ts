import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files of a folder and the folders in it. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}
