import type { JsonObject } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import { matches } from '../../filter/matches.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { StoredCollection } from '../../storage/store.ts';
import type { RemoteRow, Scope } from '../front/backend.ts';
import type { Condition, Filter, FoundPoint, Scroll } from './client.ts';
import { translate } from './filter.ts';
import type { NumberIndexes } from './number-indexes.ts';
import { rowOf, shownFor } from './points.ts';
import type { Requests } from './requests.ts';
import { pointIdOf } from './uuids.ts';

/** Points that are read in one request, and fewer where they come with their vectors. */
const POINTS_AT_ONCE = 1_000;
const VECTORS_AT_ONCE = 250;

/** A question in Qdrant's words. */
export interface Asked {
  readonly filter: Filter;
  /** What remains to be decided here; undefined where Qdrant decides all. */
  readonly rest: Predicate | undefined;
}

/** Where records lie. */
export interface Place {
  readonly collection: StoredCollection;
  /** The collection of Qdrant's. */
  readonly name: string;
  /** '' outside of all, a name that no namespace has. */
  readonly namespace: string;
}

/** Reads the points of one namespace. */
export class PointReader {
  private readonly requests: Requests;
  private readonly place: Place;
  private readonly indexes: NumberIndexes;

  constructor(requests: Requests, place: Place, indexes: NumberIndexes) {
    this.requests = requests;
    this.place = place;
    this.indexes = indexes;
  }

  /** Undefined where nothing can match. */
  async asked({ now, predicate }: Scope): Promise<Asked | undefined> {
    await this.indexes.ensureFor(predicate);
    const must: Condition[] = [{ key: 'namespace', match: { value: this.place.namespace } }];
    const { over, under } = predicate ? translate(predicate) : { over: true, under: true };
    if (over === false) return undefined;
    if (over !== true) must.push(over);
    return { filter: { must, must_not: [expiredBy(now)] }, rest: over === under ? undefined : predicate };
  }

  pointIds(ids: readonly string[]): string[] {
    return ids.map((id) => pointIdOf(this.place.namespace, id));
  }

  /** In the order of the ids, undefined where there is none. */
  async rows(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(RemoteRow | undefined)[]> {
    return (await this.points(ids, parts, now)).map((point) => point && this.rowOf(point, parts));
  }

  /** The same as points, which tell the name of their change as well. */
  async points(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(FoundPoint | undefined)[]> {
    const { collection, name } = this.place;
    const { with_payload: payload, with_vector } = shownFor([...parts, 'expiresAt'], collection);
    const shown = { with_payload: [...payload, 'change'], with_vector };
    const step = pageSize(parts);
    const found: (FoundPoint | undefined)[] = [];
    for (let from = 0; from < ids.length; from += step) {
      const pointIds = this.pointIds(ids.slice(from, from + step));
      const points = await this.requests.ask((client) => client.retrieve(name, { ids: pointIds, ...shown }));
      const byId = new Map(points.map((point) => [point.id, point]));
      for (const id of pointIds) {
        const point = byId.get(id);
        found.push(point && !hasExpired(point, now) ? point : undefined);
      }
    }
    return found;
  }

  rowOf(point: FoundPoint, parts: readonly Part[]): RemoteRow {
    return rowOf(point, parts, this.place.collection);
  }

  async count(scope: Scope): Promise<number> {
    const asked = await this.asked(scope);
    if (!asked) return 0;
    if (!asked.rest) return this.countPoints(asked.filter);
    let count = 0;
    for await (const rows of this.scan(scope, [])) count += rows.length;
    return count;
  }

  async countPoints(filter: Filter): Promise<number> {
    const { name } = this.place;
    return (await this.requests.ask((client) => client.count(name, { filter, exact: true }))).count;
  }

  /** All records that match, some at a time, in any order. */
  async *scan(scope: Scope, parts: readonly Part[], also?: Condition): AsyncGenerator<RemoteRow[]> {
    const asked = await this.asked(scope);
    if (!asked) return;
    const { must = [], ...others } = asked.filter;
    const filter = also ? { must: [...must, also], ...others } : asked.filter;
    let offset: string | undefined;
    do {
      const page = await this.page(asked, parts, {
        filter,
        limit: pageSize(parts),
        ...(offset !== undefined && { offset }),
      });
      yield page.rows.filter(matching(asked));
      offset = page.next;
    } while (offset !== undefined);
  }

  /** Points as Qdrant lists them; those that do not match the rest of the question are among them. */
  async page(
    { rest }: Asked,
    parts: readonly Part[],
    request: Pick<Scroll, 'filter' | 'limit' | 'offset' | 'order_by'>,
  ): Promise<{ readonly rows: RemoteRow[]; readonly next: string | undefined }> {
    const { collection, name } = this.place;
    const needed = rest ? withMetadata(parts) : parts;
    const shown = shownFor(needed, collection);
    const { points, next_page_offset: next } = await this.requests.ask((client) =>
      client.scroll(name, { ...request, ...shown }),
    );
    return {
      rows: points.map((point) => rowOf(point, needed, collection)),
      next: typeof next === 'string' ? next : undefined,
    };
  }
}

/** As many points as are read in one request. */
export function pageSize(parts: readonly Part[]): number {
  return parts.includes('vector') || parts.includes('vectors') ? VECTORS_AT_ONCE : POINTS_AT_ONCE;
}

/** Whether a row matches what remains to be decided here. */
export function matching({ rest }: Asked): (row: RemoteRow) => boolean {
  if (!rest) return () => true;
  return ({ metadata = '{}' }) => matches(rest, JSON.parse(metadata) as JsonObject);
}

export function withMetadata(parts: readonly Part[]): readonly Part[] {
  return parts.includes('metadata') ? parts : [...parts, 'metadata'];
}

/** What has expired by a time. */
export function expiredBy(now: number): Condition {
  return { key: 'expires', range: { lte: now } };
}

/** The name of the change that a point was written by. */
export function changeOf(point: FoundPoint | undefined): string {
  return String(point?.payload?.['change'] ?? '');
}

function hasExpired({ payload }: FoundPoint, now: number): boolean {
  const expires = payload?.['expires'];
  return typeof expires === 'number' && expires <= now;
}
