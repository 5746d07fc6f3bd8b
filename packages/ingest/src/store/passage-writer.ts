import type { AnyMetadata, JsonObject, RecordUpdate } from 'vecino';
import type { Ingested, PassageMetadata, PassageRecord } from './passage.ts';
import type { Passages } from './stored-sources.ts';

/** What is to become of a source's records. */
export interface Changes {
  /** New passages, which are embedded. */
  readonly put?: readonly PassageRecord[];
  /** Passages whose texts are there, and whose metadata change. */
  readonly move?: readonly PassageChange[];
  readonly remove?: Iterable<string>;
  /** What was read of the source, noted with its first passage once all the rest is done. */
  readonly note?: PassageChange & { readonly metadata: { readonly ingested: Ingested } };
}

interface PassageChange {
  readonly id: string;
  /** Keys that are undefined are removed. */
  readonly metadata: { readonly [K in keyof PassageMetadata]?: PassageMetadata[K] | undefined };
}

/**
 * Writes in batches across sources, so that models get many texts at once, and while one batch is embedded the next
 * sources are read. What a source loses goes after all that it gains is stored, and after that it is noted as read.
 */
export class PassageWriter {
  /** How many records have been stored, moved and removed. */
  readonly written = { put: 0, moved: 0, removed: 0 };
  private readonly passages: Passages;
  private readonly batch: number;
  private readonly extra: JsonObject;
  private puts: PassageRecord[] = [];
  private moves: PassageChange[] = [];
  private removes: string[] = [];
  private notes: PassageChange[] = [];
  private writing: Promise<void> = Promise.resolve();

  /** @param extra keys that all records get */
  constructor(passages: Passages, batch: number, extra: JsonObject) {
    this.passages = passages;
    this.batch = batch;
    this.extra = extra;
  }

  /** Resolves as soon as there is room for more; rejects with what an earlier write failed of. */
  async add({ put = [], move = [], remove = [], note }: Changes): Promise<void> {
    for (const record of put) {
      this.puts.push(record);
      if (this.puts.length >= this.batch) await this.flush();
    }
    this.moves.push(...move);
    this.removes.push(...remove);
    if (note !== undefined) this.notes.push(note);
    if (this.moves.length + this.removes.length + this.notes.length >= this.batch) await this.flush();
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.writing;
  }

  /** Resolves when nothing is being written any more, whether or not that has failed. */
  async settled(): Promise<void> {
    await this.writing.catch(() => undefined);
  }

  /** Begins to write what is there, after what was begun before has ended. */
  private async flush(): Promise<void> {
    await this.writing;
    const { puts, moves, removes, notes } = this;
    this.puts = [];
    this.moves = [];
    this.removes = [];
    this.notes = [];
    this.writing = this.write(puts, moves, removes, notes);
    // It is awaited by the next flush; until then nobody is there to hear of a failure.
    this.writing.catch(() => undefined);
  }

  private async write(
    puts: readonly PassageRecord[],
    moves: readonly PassageChange[],
    removes: readonly string[],
    notes: readonly PassageChange[],
  ): Promise<void> {
    if (puts.length > 0) {
      await this.passages.upsert(
        puts.map((record) => ({ ...record, metadata: this.complete(record.metadata) })),
      );
      this.written.put += puts.length;
    }
    if (moves.length > 0) {
      await this.update(moves);
      this.written.moved += moves.length;
    }
    if (removes.length > 0) this.written.removed += await this.passages.remove(removes);
    if (notes.length > 0) await this.update(notes);
  }

  private update(changes: readonly PassageChange[]): Promise<void> {
    const updates = changes.map(
      ({ id, metadata }): RecordUpdate => ({ id, metadata: this.complete(metadata) }),
    );
    return this.passages.update(updates);
  }

  private complete(metadata: PassageChange['metadata']): AnyMetadata {
    return { ...this.extra, ...(metadata as AnyMetadata) };
  }
}
