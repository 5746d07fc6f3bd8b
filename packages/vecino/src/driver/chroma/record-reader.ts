import type { JsonObject } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import { matches } from '../../filter/matches.ts';
import type { RemoteRow, Scope } from '../front/backend.ts';
import type { ChromaCollection, Include, Where } from './client.ts';
import { whereOf } from './filter-where.ts';
import { type ChromaRow, chromaRows, EXPIRES, includeOf, isAlive, jsonOf, rowOf } from './record-parts.ts';
import type { Requests } from './requests.ts';

/** Records of one answer, and numbers of vectors: some 10 MB of text. */
const RECORDS_AT_ONCE = 1_000;
const NUMBERS_AT_ONCE = 512 * 1_024;

/** Reads the records of a collection of Chroma, and of what its filters let pass what really matches. */
export class RecordReader {
  private readonly requests: Requests;
  private readonly chroma: ChromaCollection;
  private readonly dimension: number;

  constructor(requests: Requests, chroma: ChromaCollection, dimension: number) {
    this.requests = requests;
    this.chroma = chroma;
    this.dimension = dimension;
  }

  /** By id, those that are there, expired ones too. */
  async byId(ids: readonly string[], include: readonly Include[]): Promise<Map<string, ChromaRow>> {
    const found = new Map<string, ChromaRow>();
    const unique = [...new Set(ids)];
    for (const some of this.pieces(unique, include)) {
      const records = await this.requests.run(() => this.chroma.get({ ids: some, include }));
      for (const row of chromaRows(records)) found.set(row.id, row);
    }
    return found;
  }

  /** Some of those that a condition lets pass, at most. */
  async some(where: Where | undefined, limit: number): Promise<ChromaRow[]> {
    const question = { ...(where && { where }), limit, include: ['metadatas'] as const };
    return chromaRows(await this.requests.run(() => this.chroma.get(question)));
  }

  /** How many a condition lets pass. Chroma counts all only. */
  async count(where: Where | undefined): Promise<number> {
    if (!where) return this.requests.run(() => this.chroma.count());
    return (await this.ids(where)).length;
  }

  async countExpired(now: number): Promise<number> {
    return (await this.ids({ [EXPIRES]: { $lte: now } })).length;
  }

  async ids(where: Where | undefined): Promise<readonly string[]> {
    const question = { ...(where && { where }), include: [] };
    const { ids } = await this.requests.run(() => this.chroma.get(question));
    return ids;
  }

  /**
   * All records that match, some at a time, in no order. Their ids are asked for at once and the rest piece by piece, so
   * that none is missed whatever is written or removed meanwhile.
   *
   * @param others records that match and have expired as well
   */
  async *scan(
    scope: Scope,
    parts: readonly Part[],
    others: 'alive' | 'expired too' = 'alive',
  ): AsyncGenerator<ChromaRow[]> {
    const include = includeOf(parts);
    for (const some of this.pieces(await this.ids(whereOf(scope.predicate)), include)) {
      const records = await this.requests.run(() => this.chroma.get({ ids: some, include }));
      yield chromaRows(records).filter(
        (row) => isMatch(row, scope) && (others !== 'alive' || isAlive(row, scope.now)),
      );
    }
  }

  /** Rows with these parts in the place of some that were read without them; what has gone since is left out. */
  async complete(rows: readonly ChromaRow[], parts: readonly Part[]): Promise<RemoteRow[]> {
    const include = includeOf(parts);
    if (include.length === 1) return rows.map((row) => rowOf(row, parts));
    const found = await this.byId(
      rows.map(({ id }) => id),
      include,
    );
    return rows.flatMap(({ id }) => {
      const row = found.get(id);
      return row ? [rowOf(row, parts)] : [];
    });
  }

  private *pieces(ids: readonly string[], include: readonly Include[]): Generator<readonly string[]> {
    const most = include.includes('embeddings')
      ? Math.floor(NUMBERS_AT_ONCE / this.dimension)
      : RECORDS_AT_ONCE;
    const step = Math.max(1, Math.min(RECORDS_AT_ONCE, most));
    for (let from = 0; from < ids.length; from += step) yield ids.slice(from, from + step);
  }
}

/** Whether the filter holds, which Chroma knows in part only. */
export function isMatch(row: ChromaRow, { predicate }: Pick<Scope, 'predicate'>): boolean {
  return !predicate || matches(predicate, JSON.parse(jsonOf(row)) as JsonObject);
}
