import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../api/metadata.ts';
import { writing } from '../writing.ts';
import type { FileIdentity } from './input-file.ts';
import { INPUT_START, type RowEnd } from './rows.ts';

/** How far an import has come: everything up to here is durable. */
export interface Checkpoint {
  readonly end: RowEnd;
  /** State of the derived ids. */
  readonly ids: string;
  readonly records: number;
  readonly skipped: number;
}

export interface JournalEntry {
  readonly file: FileIdentity;
  readonly checkpoint: Checkpoint;
  /** The id of the last record stored; where it is gone from the collection, the entry says nothing. */
  readonly lastId: string | null;
  /** The namespace that it belongs to. */
  readonly lastNamespace?: string | undefined;
  readonly done: boolean;
}

/** What makes two imports the same: the file by name, its destination, and how its rows are read. */
export interface ImportKey {
  readonly collection: string;
  /** Absent where records went outside of all, or into those that they name. */
  readonly namespace?: string | undefined;
  readonly path: string;
  readonly reading: JsonObject;
}

const VERSION = 1;
const FOLDER = 'import';

/**
 * The note, in the database's folder, of how far the import of one file has come.
 *
 * It is written after each durable batch, by rename, and not flushed to the disk: where it is lost or older
 * than the store, some rows are written once more over themselves, which changes nothing.
 */
export class ImportJournal {
  private readonly folder: string;
  private readonly path: string;
  private readonly key: ImportKey;

  constructor(databaseFolder: string, key: ImportKey) {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
    this.folder = join(databaseFolder, FOLDER);
    this.path = join(this.folder, `${name}.json`);
    this.key = key;
  }

  /** The entry for this very file; undefined where there is none, or the file has changed since. */
  async read(file: FileIdentity): Promise<JournalEntry | undefined> {
    const entry = await readEntry(this.path);
    return entry !== undefined && isSameFile(entry.file, file) ? entry : undefined;
  }

  async write(entry: JournalEntry): Promise<void> {
    const temporary = `${this.path}.${process.pid}.tmp`;
    await writing(this.path, async () => {
      await mkdir(this.folder, { recursive: true });
      await writeFile(temporary, JSON.stringify({ version: VERSION, ...this.key, ...entry }));
      await rename(temporary, this.path);
    });
  }
}

/** Forgets the imports into a collection that is no more, or into one of its namespaces. */
export async function forgetImports(
  databaseFolder: string,
  collection: string,
  namespace?: string,
): Promise<void> {
  const folder = join(databaseFolder, FOLDER);
  for (const name of await readdir(folder).catch(() => [])) {
    const entry = await readEntry(join(folder, name));
    const isGone = entry?.collection === collection && (namespace ?? entry.namespace) === entry.namespace;
    if (isGone) await rm(join(folder, name), { force: true });
  }
}

export function startCheckpoint(idSeed: string): Checkpoint {
  return { end: INPUT_START, ids: idSeed, records: 0, skipped: 0 };
}

/** A note that cannot be read is no note: the import begins anew, which is always right. */
async function readEntry(path: string): Promise<(ImportKey & JournalEntry) | undefined> {
  try {
    const read = JSON.parse(await readFile(path, 'utf8')) as ImportKey & JournalEntry & { version: number };
    return read.version === VERSION ? read : undefined;
  } catch {
    return undefined;
  }
}

function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.bytes === b.bytes && a.modifiedMs === b.modifiedMs && a.headHash === b.headHash;
}
