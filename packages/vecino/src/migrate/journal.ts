import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writing } from './file-target.ts';
import type { Position } from './record.ts';

/** How far a migration is. Everything that it says is durable at the target. */
export interface JournalEntry {
  /** What the source was: another one under the same name begins anew. */
  readonly source: string;
  /** `copying`, or everything is copied and what has changed since is followed. */
  readonly stage: 'copying' | 'following';
  /** Behind it copying goes on. Absent at the begin. */
  readonly position?: Position;
  readonly records: number;
  /** The source's changes up to this number need not be followed; absent where it does not tell them. */
  readonly followed?: number;
  /** A record that was written last: where it is gone, the target is another one, and the entry says nothing. */
  readonly last?: { readonly namespace: string | null; readonly id: string };
  /** Of a file, how many bytes of it. */
  readonly bytes?: number;
}

const VERSION = 1;
const FOLDER = 'migrate';

/**
 * The note of how far a migration is, in a file. It is written after what it says is durable, by rename, and not flushed
 * to the disk: where it is lost or older, some records are written once more over themselves, which changes nothing.
 * Only the latest is of interest, so that notes that come while one is being written replace each other.
 */
export class Journal {
  readonly path: string;
  private next: JournalEntry | undefined;
  private writing: Promise<void> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** A note that cannot be read is none: the migration begins anew, which is always right. */
  async read(source: string): Promise<JournalEntry | undefined> {
    try {
      const read = JSON.parse(await readFile(this.path, 'utf8')) as JournalEntry & { version: number };
      return read.version === VERSION && read.source === source ? read : undefined;
    } catch {
      return undefined;
    }
  }

  /** Notes it soon. What fails is thrown by `flush`. */
  note(entry: JournalEntry): void {
    this.next = entry;
    this.writing ??= this.writeAll();
    // Thrown by `flush`; until then nobody waits for it.
    this.writing.catch(() => undefined);
  }

  /** Resolves when the latest entry is written. */
  async flush(): Promise<void> {
    await this.writing;
    if (this.next) {
      this.writing = this.writeAll();
      await this.writing;
    }
  }

  async forget(): Promise<void> {
    await this.flush();
    await rm(this.path, { force: true });
  }

  private async writeAll(): Promise<void> {
    while (this.next) {
      const entry = this.next;
      this.next = undefined;
      const temporary = `${this.path}.${process.pid}.tmp`;
      await writing(this.path, async () => {
        await mkdir(dirname(this.path), { recursive: true });
        await writeFile(temporary, JSON.stringify({ version: VERSION, ...entry }));
        await rename(temporary, this.path);
      });
    }
    this.writing = undefined;
  }
}

/** Where the journal of a migration lies that names no other place. */
export function journalPath(from: EndPlace, to: EndPlace): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([from, to]))
    .digest('hex')
    .slice(0, 32);
  const folder = to.folder ?? from.folder;
  return folder === undefined
    ? join(process.cwd(), `vecino-migrate-${hash}.json`)
    : join(folder, FOLDER, `${hash}.json`);
}

/** What tells an end from others, without secrets. */
export interface EndPlace {
  readonly location: string;
  readonly collection: string | undefined;
  /** Where several databases share an engine. */
  readonly part: string | undefined;
  /** The folder that an end is, where files can be put beside the rest. */
  readonly folder: string | undefined;
}
