import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { assert, present } from '../base/assert.ts';
import { BitSet } from '../base/bit-set.ts';
import { Column } from './column.ts';
import { evaluate } from './evaluate.ts';
import { type Predicate, pathsOf } from './predicate.ts';
import type { ValueCounts } from './value-counts.ts';

/**
 * A collection's metadata in columns, one a path, each built when the first filter asks for it.
 *
 * Building is done in pieces, so that it can be spread over the event loop's turns: `begin` names the
 * paths, `load` brings the stored rows in any order, `finish` makes the columns usable. Writes go on
 * meanwhile: `set` and `delete` keep all columns in step, those being built too. A row that was written
 * since `begin` is never overwritten by `load`, because what `load` brings may have been read before the
 * write was committed; so the newest state wins in either order.
 */
export class FilterColumns {
  private readonly built = new Map<string, Column>();
  private readonly building = new Map<string, Column>();
  /** Slots written since `begin`, whose loaded rows may be outdated. */
  private written = new BitSet();

  /** The paths that a predicate reads and that have no column yet. */
  missing(predicate: Predicate): string[] {
    return pathsOf(predicate).filter((path) => !this.built.has(path));
  }

  /** Starts building columns. One build at a time. */
  begin(paths: readonly string[]): void {
    assert(this.building.size === 0, 'filter columns are being built already');
    for (const path of paths) if (!this.built.has(path)) this.building.set(path, new Column(path));
    this.written = new BitSet();
  }

  /** Takes in a stored row. Rows that are not loaded count as `{}`. */
  load(slot: number, metadata: JsonObject): void {
    if (this.written.has(slot)) return;
    for (const column of this.building.values()) column.set(slot, metadata);
  }

  /** Makes the columns usable that were being built. */
  finish(): void {
    for (const [path, column] of this.building) this.built.set(path, column);
    this.building.clear();
  }

  /** Forgets the columns that were being built, after a failure to load them. */
  abandon(): void {
    this.building.clear();
  }

  /** A record was put or patched. */
  set(slot: number, metadata: JsonObject): void {
    for (const column of this.built.values()) column.set(slot, metadata);
    for (const column of this.building.values()) column.set(slot, metadata);
    if (this.building.size > 0) this.written.add(slot);
  }

  /** A record was removed. */
  delete(slot: number): void {
    for (const column of this.built.values()) column.delete(slot);
    for (const column of this.building.values()) column.delete(slot);
    if (this.building.size > 0) this.written.add(slot);
  }

  /** The live slots that match, as a new bitmap. All columns of the predicate must have been built. */
  evaluate(predicate: Predicate, live: BitSet): BitSet {
    return evaluate(predicate, live, (path) => this.column(path));
  }

  /** The value of a path in a slot, undefined where it is missing; `compareJson` orders such values. */
  valueAt(path: string, slot: number): JsonValue | undefined {
    return this.column(path).valueAt(slot);
  }

  /** The slots that have a value at a path, as a new bitmap; of records that are gone too, where they lie still. */
  existing(path: string): BitSet {
    return this.column(path).existing();
  }

  /** The slots that have one of the values at a path, as a new bitmap. */
  among(path: string, values: readonly JsonValue[]): BitSet {
    return this.column(path).among(values);
  }

  /** Counts the values at a path. */
  counting(path: string): ValueCounts {
    return this.column(path).counting();
  }

  /** Estimated memory. Walks over all different values: for statistics, not for every query. */
  get bytes(): number {
    let bytes = 0;
    for (const column of this.built.values()) bytes += column.bytes();
    for (const column of this.building.values()) bytes += column.bytes();
    return bytes;
  }

  private column(path: string): Column {
    return present(this.built.get(path), `the filter column of "${path}"`);
  }
}
