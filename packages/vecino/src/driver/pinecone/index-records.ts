import type { Facet, FacetRequest } from '../../api/facets.ts';
import type { Part } from '../../api/record.ts';
import type { Metric } from '../../api/search.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import { matches } from '../../filter/matches.ts';
import type { Predicate } from '../../filter/predicate.ts';
import { similarity } from '../../vector/comparison.ts';
import {
  ENGINE_ORDER,
  type ListedRow,
  type ListQuestion,
  type NearQuestion,
  type RecordStore,
  type RemoteRow,
  type Scope,
  type ScoredRow,
} from '../front/backend.ts';
import type { ChangeClock } from '../front/change-clock.ts';
import { facetsByScan } from '../front/facets-by-scan.ts';
import { listByScan } from '../front/list-by-scan.ts';
import type { FetchedRecord, PineconeMatch } from './client.ts';
import { aliveAt, atLeast, expiredBy } from './filter.ts';
import { metadataOf } from './metadata-form.ts';
import { hasVectors, isAlive, pineconeIdOf, pineconeRecordsOf, rowOf } from './record-form.ts';
import { scoreOf } from './score.ts';
import { type Space, TOP_K_MAX } from './space.ts';

/** Where too few of the nearest pass, so many times as many are asked for. */
const DEEPER = 4;

/** What a change of a record needs to know of it. */
const EVERYTHING_OF_IT: readonly Part[] = ['vector', 'document', 'metadata', 'expiresAt'];

/** The records of one namespace of an index. */
export class IndexRecords implements RecordStore {
  private readonly space: Space;
  private readonly metric: Metric;
  /** The collection, as messages name it. */
  private readonly thing: string;
  private readonly clock: ChangeClock;
  /** Records of the namespace as Pinecone counts them, which lags behind. */
  private readonly countRoughly: () => Promise<number>;

  constructor(
    space: Space,
    {
      metric,
      thing,
      clock,
    }: { readonly metric: Metric; readonly thing: string; readonly clock: ChangeClock },
    countRoughly: () => Promise<number>,
  ) {
    this.space = space;
    this.metric = metric;
    this.thing = thing;
    this.clock = clock;
    this.countRoughly = countRoughly;
  }

  add(batch: RecordBatch, now: number): Promise<readonly string[]> {
    return this.space.turn.run(async () => {
      const records = this.recordsOf('add to', batch);
      const there = await this.space.fetch(records.map(({ id }) => id));
      const existing = batch.ids.filter((_, i) => isThere(there.get(records[i]?.id ?? ''), now));
      if (existing.length === 0) await this.space.write(records);
      return existing;
    });
  }

  /** Waits for nobody: whoever loads much does so in many calls at the same time. */
  async upsert(batch: RecordBatch): Promise<void> {
    await this.space.write(this.recordsOf('upsert into', batch));
  }

  replace(
    ids: readonly string[],
    now: number,
    replace: (rows: readonly (RemoteRow | undefined)[]) => RecordBatch,
  ): Promise<void> {
    return this.space.turn.run(async () => {
      const batch = replace(await this.rows(ids, EVERYTHING_OF_IT, now));
      await this.space.write(this.recordsOf('update', batch));
    });
  }

  removeIds(ids: readonly string[], now: number): Promise<number> {
    return this.space.turn.run(async () => {
      const there = await this.space.fetch(ids.map(pineconeIdOf));
      await this.space.remove([...there.keys()]);
      return [...there.values()].filter((record) => isAlive(record, now)).length;
    });
  }

  removeMatches({ now, predicate }: Scope & { readonly predicate: Predicate }): Promise<number> {
    return this.space.turn.run(async () => {
      const ids: string[] = [];
      let alive = 0;
      // Who is removed while pages are read might shift them.
      for await (const records of this.space.pages(atLeast(predicate))) {
        for (const record of records) {
          if (!matches(predicate, metadataOf(record.metadata ?? {}))) continue;
          ids.push(record.id);
          if (isAlive(record, now)) alive++;
        }
      }
      await this.space.remove(ids);
      return alive;
    });
  }

  /** Removes what has expired. */
  removeExpired(now: number): Promise<void> {
    return this.space.turn.run(async () => {
      const ids: string[] = [];
      for await (const records of this.space.pages(expiredBy(now))) ids.push(...records.map(({ id }) => id));
      await this.space.remove(ids);
    });
  }

  async rows(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(RemoteRow | undefined)[]> {
    const wanted = ids.map(pineconeIdOf);
    const there = await this.space.fetch(wanted);
    return wanted.map((id) => {
      const record = there.get(id);
      return record && isAlive(record, now) ? rowOf(record, parts) : undefined;
    });
  }

  /** Beyond what one query can tell, all records are counted by Pinecone, and what has expired is taken off. */
  async count(scope: Scope): Promise<number> {
    if (scope.predicate && !isAlways(scope.predicate)) return countOf(this.scan(scope, []));
    const some = await this.space.countSome(aliveAt(scope.now));
    if (some < TOP_K_MAX) return some;
    const [all, expired] = [await this.countRoughly(), await countOf(this.space.pages(expiredBy(scope.now)))];
    return Math.max(some, all - expired);
  }

  list(question: ListQuestion): Promise<ListedRow[]> {
    if (question.orderBy === ENGINE_ORDER) return this.listAsItComes(question);
    return listByScan(question, (parts) => this.scan(question, parts));
  }

  facets(scope: Scope, requests: readonly Required<FacetRequest>[]): Promise<Record<string, Facet>> {
    return facetsByScan(requests, () => this.scan(scope, ['metadata']));
  }

  /**
   * By the index, which is asked for more where a filter that it does not know wholly, expiry or exceptions leave too
   * few; and by comparing with all records where that would be more than it can answer.
   */
  async near(question: NearQuestion): Promise<ScoredRow[]> {
    const { vector, depth, parts, except, predicate } = question;
    // Pinecone looks near no vector of zeros.
    if (question.exact || vector.every((one) => one === 0)) return this.nearestOfAll(question);
    const where = predicate && atLeast(predicate);
    const passes = passing(question);
    for (let wanted = depth + except.length; ; wanted *= DEEPER) {
      const topK = Math.min(wanted, TOP_K_MAX);
      const found = await this.space.query(vector, topK, where, hasVectors(parts));
      const rows = found.matches.filter(passes).map((match) => this.scored(match, parts));
      if (rows.length >= depth || !found.isCut) return rows.sort(byScore).slice(0, depth);
      if (topK === TOP_K_MAX) return this.nearestOfAll(question);
    }
  }

  private async nearestOfAll(question: NearQuestion): Promise<ScoredRow[]> {
    const { vector, depth, parts } = question;
    const passes = passing(question);
    const nearest = new FirstInOrder<ScoredRow>(depth, byScore);
    for await (const records of this.space.pages(question.predicate && atLeast(question.predicate))) {
      for (const record of records) {
        if (!passes(record)) continue;
        nearest.add({ ...rowOf(record, parts), score: similarity(this.metric, vector, record.values ?? []) });
      }
    }
    return [...nearest.elements];
  }

  /**
   * Pages as Pinecone makes them. Within one of them records have the order of their ids, so that where a page of ours
   * ended is told by the id, and by what Pinecone's page began with.
   */
  private async listAsItComes({ after, limit, parts, ...scope }: ListQuestion): Promise<ListedRow[]> {
    const where = scope.predicate && atLeast(scope.predicate);
    const passes = passing({ ...scope, except: [] });
    const listed: ListedRow[] = [];
    let token = typeof after?.key === 'string' ? after.key : undefined;
    let behind = after?.id;
    for (;;) {
      const page = await this.space.page(where, token);
      const rows = Object.values(page.records)
        .filter(passes)
        .map((record) => rowOf(record, parts))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const row of rows) {
        if (behind !== undefined && row.id <= behind) continue;
        listed.push({ row, key: token });
        if (listed.length === limit) return listed;
      }
      behind = undefined;
      token = page.pagination?.next || undefined;
      if (token === undefined) return listed;
    }
  }

  private async *scan(scope: Scope, parts: readonly Part[]): AsyncGenerator<readonly RemoteRow[]> {
    const passes = passing({ ...scope, except: [] });
    for await (const records of this.space.pages(scope.predicate && atLeast(scope.predicate))) {
      yield records.filter(passes).map((record) => rowOf(record, parts));
    }
  }

  private scored(match: PineconeMatch, parts: readonly Part[]): ScoredRow {
    return { ...rowOf(match, parts), score: scoreOf(this.metric, match.score ?? Number.NaN) };
  }

  private recordsOf(operation: string, batch: RecordBatch) {
    return pineconeRecordsOf(`${operation} ${this.thing}`, batch, this.clock.next(batch.ids.length));
  }
}

function isThere(record: FetchedRecord | undefined, now: number): boolean {
  return record !== undefined && isAlive(record, now);
}

/** Whether a record has not expired, is none of the exceptions and matches. */
function passing({
  now,
  predicate,
  except,
}: Scope & { readonly except: readonly string[] }): (record: FetchedRecord) => boolean {
  const excepted = new Set(except.map(pineconeIdOf));
  return (record) =>
    isAlive(record, now) &&
    !excepted.has(record.id) &&
    (!predicate || matches(predicate, metadataOf(record.metadata ?? {})));
}

function isAlways(predicate: Predicate): boolean {
  return predicate.kind === 'and' && predicate.parts.length === 0;
}

function byScore(a: ScoredRow, b: ScoredRow): number {
  return b.score - a.score || a.seq - b.seq;
}

async function countOf(pages: AsyncIterable<readonly unknown[]>): Promise<number> {
  let count = 0;
  for await (const page of pages) count += page.length;
  return count;
}
