import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from './durable-files.ts';
import { UNNAMED_FIELD } from './store.ts';

/** Temporary files that a crash may leave behind end like this; the next writer removes them. */
export const PARTIAL_SUFFIX = '.partial';

const SNAPSHOT = /^(\d+)(?:-\d+)?(?:\.\d+)?\.snapshot$/;

/**
 * Where everything lies in a store's folder.
 *
 * The SQLite files are never opened with `node:fs` while a store is open: closing any descriptor of a file
 * releases all locks that the process holds on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 * Asking for names and sizes is harmless.
 */
export class StoreFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get database(): string {
    return join(this.path, 'store.sqlite');
  }

  get log(): string {
    return `${this.database}-wal`;
  }

  get lock(): string {
    return join(this.path, 'lock.sqlite');
  }

  /** Names the writing process, for the message that the second one gets. */
  get writer(): string {
    return join(this.path, 'writer.json');
  }

  get index(): string {
    return join(this.path, 'index');
  }

  /** Of an index's first segment, which most have alone, or of a further one. */
  snapshot(collection: number, segment: number, field: number): string {
    const index = field === UNNAMED_FIELD ? `${collection}` : `${collection}-${field}`;
    return join(this.index, segment === 0 ? `${index}.snapshot` : `${index}.${segment}.snapshot`);
  }

  /** Makes the folders that are missing, durably. */
  create(): void {
    makeFolder(this.path);
    try {
      makeFolder(this.index);
    } catch {
      // Snapshots can be made again: whoever cannot write one says so.
    }
  }

  /** After a collection was dropped. What cannot be removed now is left over: the next writer tries again. */
  removeSnapshots(collection: number): void {
    try {
      for (const name of this.indexFiles()) {
        if (SNAPSHOT.exec(name)?.[1] === String(collection)) rmSync(join(this.index, name), { force: true });
      }
    } catch {
      // The collection is gone, and its id is never given again: nobody will read this file.
    }
  }

  /** Removes what a crash may have left: half-written files, snapshots of collections that are gone. */
  removeLeftovers(collections: ReadonlySet<number>): void {
    for (const name of this.indexFiles()) {
      const id = SNAPSHOT.exec(name)?.[1];
      const orphan = id !== undefined && !collections.has(Number(id));
      if (orphan || name.endsWith(`.snapshot${PARTIAL_SUFFIX}`))
        rmSync(join(this.index, name), { force: true });
    }
  }

  /** Bytes of database and log. */
  bytes(): number {
    return sizeOf(this.database) + sizeOf(this.log);
  }

  private indexFiles(): string[] {
    return statSync(this.index, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(this.index) : [];
  }
}

function makeFolder(path: string): void {
  const made = mkdirSync(path, { recursive: true });
  if (made === undefined) return;
  // Each new folder's name lies in its parent, up to the first that was made.
  for (let folder = path; folder !== dirname(made); folder = dirname(folder)) syncFolder(dirname(folder));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
