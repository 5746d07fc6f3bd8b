import type { JsonObject } from '../../api/metadata.ts';
import { present } from '../../base/assert.ts';
import type { ValueAt } from '../../engine/search/group.ts';
import { readPath } from '../../filter/path.ts';
import type { RemoteRow } from './backend.ts';

/**
 * The rows that a search has met, by numbers that are given in the order in which they first appear: what ranks, fuses
 * and groups works with numbers, here as in the embedded engine.
 */
export class KnownRows {
  private readonly rows: RemoteRow[] = [];
  private readonly ordinals = new Map<string, number>();

  ordinalOf(row: RemoteRow): number {
    const known = this.ordinals.get(row.id);
    if (known !== undefined) return known;
    const ordinal = this.rows.push(row) - 1;
    this.ordinals.set(row.id, ordinal);
    return ordinal;
  }

  at(ordinal: number): RemoteRow {
    return present(this.rows[ordinal], 'a row that was met');
  }

  /** Reads the value at a path of rows whose metadata were asked for. */
  valuesAt(path: string): ValueAt {
    const read = readPath(path);
    return (ordinal) => read(JSON.parse(this.at(ordinal).metadata ?? '{}') as JsonObject);
  }
}
