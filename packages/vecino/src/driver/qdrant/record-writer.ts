import { present } from '../../base/assert.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { ChangeClock } from '../front/change-clock.ts';
import type { Filter, Point, Upsert } from './client.ts';
import { NUMBERS } from './filter.ts';
import type { NumberIndexes } from './number-indexes.ts';
import { changeOf, expiredBy, type Place, type PointReader } from './point-reader.ts';
import { type Change, pointOf } from './points.ts';
import type { Requests } from './requests.ts';
import { changeNames } from './uuids.ts';

/** What one request holds at most: Qdrant takes 32 MB where nobody has told it otherwise. */
const POINTS_AT_ONCE = 1_000;
const BYTES_AT_ONCE = 8 << 20;

/** What a number of a vector takes in a request, and a record beside what it holds. */
const NUMBER_BYTES = 20;
const POINT_BYTES = 300;

/** Writes records as points. Which condition a write has is decided by Qdrant, point by point. */
export class RecordWriter {
  private readonly requests: Requests;
  private readonly reader: PointReader;
  private readonly place: Place;
  private readonly clock: ChangeClock;
  private readonly indexes: NumberIndexes;

  constructor(
    requests: Requests,
    reader: PointReader,
    place: Place,
    clock: ChangeClock,
    indexes: NumberIndexes,
  ) {
    this.requests = requests;
    this.reader = reader;
    this.place = place;
    this.clock = clock;
    this.indexes = indexes;
  }

  /** Writes records, in the place of those that are there. */
  async put(batch: RecordBatch): Promise<void> {
    await this.write(batch, this.nextChanges(batch), () => ({}));
  }

  /**
   * Writes new records, in the place of those that have expired. Answers the ids that are there all the same, because
   * somebody was quicker; nothing stays written then.
   */
  async insert(batch: RecordBatch, now: number): Promise<string[]> {
    const changes = this.nextChanges(batch);
    const update_filter: Filter = { must: [expiredBy(now)] };
    await this.write(batch, changes, () => ({ update_filter }));
    const lost = await this.lost(batch.ids, changes);
    if (lost.length > 0) await this.takeBack(batch.ids, changes);
    return lost;
  }

  /**
   * Puts others in the place of records. Answers whether nobody has changed one of them meanwhile; whatever somebody
   * has is as that made it.
   *
   * @param before the name of the change that each of them was written by
   */
  async replace(batch: RecordBatch, before: readonly string[]): Promise<boolean> {
    const changes = this.nextChanges(batch);
    await this.write(batch, changes, (from, to) => ({
      update_mode: 'update_only',
      update_filter: { must: [{ key: 'change', match: { any: before.slice(from, to) } }] },
    }));
    return (await this.lost(batch.ids, changes)).length === 0;
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += POINTS_AT_ONCE) {
      const points = this.reader.pointIds(ids.slice(from, from + POINTS_AT_ONCE));
      await this.requests.ask((client) => client.delete(this.place.name, { wait: true, points }));
    }
  }

  /** @param conditionOf under which the records of a request, from one to another, are written */
  private async write(
    batch: RecordBatch,
    changes: readonly Change[],
    conditionOf: (from: number, to: number) => Pick<Upsert, 'update_filter' | 'update_mode'>,
  ): Promise<void> {
    const { collection, namespace, name } = this.place;
    for (let from = 0; from < batch.ids.length; ) {
      const to = endOfRequest(batch, from);
      const points = batch.ids
        .slice(from, to)
        .map((_, i) =>
          pointOf(collection, namespace, batch, from + i, present(changes[from + i], 'a change')),
        );
      await this.indexes.ensure(points.flatMap(numberKeysOf));
      const request = { wait: true, points, ...conditionOf(from, to) } as const;
      await this.requests.ask((client) => client.upsert(name, request));
      from = to;
    }
  }

  /** A change for each record of a batch. */
  private nextChanges({ ids }: RecordBatch): Change[] {
    const names = changeNames(ids.length);
    return this.clock.next(ids.length).map((seq, i) => ({ seq, name: names[i] ?? '' }));
  }

  /** Ids whose records have another change as their latest. */
  private async lost(ids: readonly string[], changes: readonly Change[]): Promise<string[]> {
    // Whether they have expired meanwhile does not matter.
    const points = await this.reader.points(ids, [], Number.NEGATIVE_INFINITY);
    return ids.filter((_, i) => changeOf(points[i]) !== changes[i]?.name);
  }

  /** Removes what these changes have written, and nothing that came later. */
  private async takeBack(ids: readonly string[], changes: readonly Change[]): Promise<void> {
    for (let from = 0; from < ids.length; from += POINTS_AT_ONCE) {
      const to = from + POINTS_AT_ONCE;
      const filter: Filter = {
        must: [
          { has_id: this.reader.pointIds(ids.slice(from, to)) },
          { key: 'change', match: { any: changes.slice(from, to).map(({ name }) => name) } },
        ],
      };
      await this.requests.ask((client) => client.delete(this.place.name, { wait: true, filter }));
    }
  }
}

function numberKeysOf({ payload }: Point): string[] {
  return Object.keys((payload[NUMBERS] as object | undefined) ?? {});
}

/** The place behind the last record that still fits into a request with one. */
function endOfRequest({ ids, vectors, documents, metadata }: RecordBatch, from: number): number {
  let bytes = 0;
  for (let i = from; i < ids.length; i++) {
    const numbers = (vectors[i] ?? []).reduce((sum, vector) => sum + (vector?.length ?? 0), 0);
    // Letters may take several bytes, and what filters look at repeats the metadata.
    const text = 2 * (documents[i]?.length ?? 0) + 5 * (metadata[i]?.length ?? 0);
    bytes += POINT_BYTES + NUMBER_BYTES * numbers + text;
    if (i > from && (bytes > BYTES_AT_ONCE || i - from >= POINTS_AT_ONCE)) return i;
  }
  return ids.length;
}
