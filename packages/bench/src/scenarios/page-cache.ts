import { execFileSync } from 'node:child_process';

/**
 * Asks the operating system to forget what it has cached of a file, so that the next reader reads the disk.
 *
 * @returns whether that worked; it needs the `dd` of GNU coreutils
 */
export function evictFromPageCache(path: string): boolean {
  try {
    // What has not been written back cannot be forgotten: fdatasync first.
    execFileSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
