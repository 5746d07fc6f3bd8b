import type { JsonObject, JsonValue } from '../api/metadata.ts';
import type { BitSet } from '../base/bit-set.ts';
import { Mutex } from '../base/mutex.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { FilterAnswers, type Matches } from '../filter/answers.ts';
import { FilterColumns } from '../filter/columns.ts';
import { parseFilter } from '../filter/parse.ts';
import { type Predicate, pathsOf } from '../filter/predicate.ts';
import type { ValueCounts } from '../filter/value-counts.ts';
import type { StoreReader } from '../storage/store.ts';

/** Rows read in one go while columns are built. */
const SCAN_ROWS = 500;

/**
 * Turns filters into bitmaps of slots. A column of a metadata path is built from the store when a filter first
 * asks for it, in slices that leave the event loop free, and kept in step with writes from then on.
 */
export class MetadataFilter {
  private readonly columns = new FilterColumns();
  private readonly answers = new FilterAnswers();
  private changes = 0;
  private readonly building = new Mutex();
  private readonly reader: StoreReader;
  private readonly collection: number;
  private readonly inStep: () => Promise<unknown>;

  /** @param inStep resolves when everything that was committed before the call has been shown to the filters */
  constructor(reader: StoreReader, collection: number, inStep: () => Promise<unknown>) {
    this.reader = reader;
    this.collection = collection;
    this.inStep = inStep;
  }

  /** Validates a filter; see {@link parseFilter} for the errors. */
  parse(thing: string, filter: unknown): Predicate {
    return parseFilter(thing, filter);
  }

  /** Makes the columns that a predicate reads. Await it before `evaluate`. */
  async prepare(predicate: Predicate): Promise<void> {
    await this.preparePaths(pathsOf(predicate), () => this.columns.missing(predicate));
  }

  /** Makes the column of one path, for ordering, grouping or counting by it. */
  async preparePath(path: string): Promise<void> {
    const probe = this.parse('order', { [path]: { $exists: true } });
    await this.preparePaths([path], () => this.columns.missing(probe));
  }

  /**
   * The live slots that match; every column must be prepared.
   *
   * @param within the live slots of a namespace, where only these are asked for
   */
  evaluate(
    predicate: Predicate,
    index: { readonly live: BitSet; readonly version: number },
    within?: { readonly namespace: number; readonly slots: BitSet },
  ): Matches {
    // Both only grow, so that an equal sum means that neither has changed.
    const version = this.changes + index.version;
    const evaluate = () => this.columns.evaluate(predicate, within?.slots ?? index.live);
    return this.answers.get(predicate, version, evaluate, within?.namespace);
  }

  valueAt(path: string, slot: number): JsonValue | undefined {
    return this.columns.valueAt(path, slot);
  }

  /** The slots with a value at a path, whose column must be prepared; also such that are not live any more. */
  existing(path: string): BitSet {
    return this.columns.existing(path);
  }

  /** The slots with one of the values at a path, likewise. */
  among(path: string, values: readonly JsonValue[]): BitSet {
    return this.columns.among(path, values);
  }

  /** Counts the values at a path, whose column must be prepared. */
  counting(path: string): ValueCounts {
    return this.columns.counting(path);
  }

  /** Grows with every write that filters are told of. */
  get version(): number {
    return this.changes;
  }

  /** Takes note of committed metadata, given as JSON text. */
  set(slot: number, metadata: string): void {
    this.changes += 1;
    if (this.isUsed) this.columns.set(slot, JSON.parse(metadata) as JsonObject);
  }

  delete(slot: number): void {
    this.changes += 1;
    if (this.isUsed) this.columns.delete(slot);
  }

  get bytes(): number {
    return this.columns.bytes + this.answers.bytes;
  }

  /** Nothing needs to be parsed while no filter has asked for a column. */
  private isUsed = false;

  private async preparePaths(paths: readonly string[], missing: () => readonly string[]): Promise<void> {
    if (paths.length === 0 || missing().length === 0) return;
    await this.building.run(async () => {
      const wanted = missing();
      if (wanted.length === 0) return;
      this.isUsed = true;
      this.columns.begin(wanted);
      try {
        await this.scan();
        // What was read may be ahead of the index: a record that has just moved is known in its old slot still.
        await this.inStep();
        this.columns.finish();
      } catch (error) {
        this.columns.abandon();
        throw error;
      }
    });
  }

  private async scan(): Promise<void> {
    const slice = new TimeSlice();
    let from = 0;
    for (;;) {
      const rows = this.reader.scan(this.collection, from, SCAN_ROWS, ['metadata']);
      for (const row of rows) this.columns.load(row.slot, JSON.parse(row.metadata ?? '{}') as JsonObject);
      const last = rows.at(-1);
      if (!last || rows.length < SCAN_ROWS) return;
      from = last.slot + 1;
      await slice.pause();
    }
  }
}
