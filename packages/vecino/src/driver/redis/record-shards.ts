import type { Facet, FacetRequest } from '../../api/facets.ts';
import type { JsonObject } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import { compareText } from '../../filter/json-order.ts';
import { matches } from '../../filter/matches.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { StoredCollection } from '../../storage/store.ts';
import type {
  ListedRow,
  ListQuestion,
  NearQuestion,
  RecordStore,
  RemoteRow,
  Scope,
  ScoredRow,
} from '../front/backend.ts';
import { ContendedChanges, DISTURBED } from '../front/contended-changes.ts';
import { facetsByScan } from '../front/facets-by-scan.ts';
import { listByScan } from '../front/list-by-scan.ts';
import { nearMatching } from '../front/near-matching.ts';
import { expressionOf } from './attributes.ts';
import type { Connections } from './connections.ts';
import { planOf } from './index-plan.ts';
import type { Keys, Shard } from './keys.ts';
import { shardOf } from './placement.ts';
import { type Found, RecordShard } from './record-shard.ts';

/** What a change of a record needs to know of it. */
const EVERYTHING: readonly Part[] = ['vectors', 'document', 'metadata', 'expiresAt'];

/** Records of one page of a scan. */
const PAGE = 500;

/** What VSIM takes for EF. */
const DEPTH_MAX = 1_000_000;

/** The records of one namespace of a collection, spread over its shards by their ids. */
export class RecordShards implements RecordStore {
  private readonly connections: Connections;
  private readonly keys: Keys;
  private readonly collection: StoredCollection;
  private readonly namespace: string;
  private readonly shards: readonly RecordShard[];
  private readonly changes = new ContendedChanges();

  constructor(
    connections: Connections,
    keys: Keys,
    collection: StoredCollection,
    shards: readonly Shard[],
    namespace: string | undefined,
  ) {
    this.connections = connections;
    this.keys = keys;
    this.collection = collection;
    this.namespace = namespace ?? '';
    this.shards = shards.map(
      (shard) => new RecordShard(connections, keys, collection, shard, this.namespace),
    );
  }

  /**
   * Looks for the ids first, and then has each shard look again in the step in which it writes. Where somebody was
   * quicker on one shard, what the others have written is taken back.
   */
  async add(batch: RecordBatch, now: number): Promise<readonly string[]> {
    const known = await this.rows(batch.ids, [], now);
    const existing = batch.ids.filter((_, i) => known[i]);
    if (existing.length > 0) return existing;
    const seqs = await this.number(batch.ids.length);
    const forbidding = await this.write(batch, { required: 'absent', now, seqs });
    if (forbidding.length > 0) {
      await this.onShards(batch.ids, (shard, ids, places) =>
        shard.remove(ids, { now, changes: places.map((i) => seqs[i]) }),
      );
    }
    return forbidding;
  }

  async upsert(batch: RecordBatch): Promise<void> {
    await this.write(batch, { required: 'nothing', now: 0, seqs: await this.number(batch.ids.length) });
  }

  async replace(
    ids: readonly string[],
    now: number,
    replace: (rows: readonly (RemoteRow | undefined)[]) => RecordBatch,
  ): Promise<void> {
    const thing = `update collection "${this.collection.name}"`;
    return this.changes.run(thing, 'changed the same records', async () => {
      const rows = await this.rows(ids, EVERYTHING, now);
      const batch = replace(rows);
      const seqs = await this.number(batch.ids.length);
      const expected = rows.map((row) => row?.seq);
      const changed = await this.write(batch, { required: 'unchanged', now, seqs, expected });
      return changed.length === 0 ? undefined : DISTURBED;
    });
  }

  async removeIds(ids: readonly string[], now: number): Promise<number> {
    const counts = await this.onShards(ids, (shard, own) => shard.remove(own, { now }));
    return sum(counts);
  }

  /** Of what is changed meanwhile, the change comes up later in the same pass. */
  async removeMatches({ now, predicate }: Scope & { readonly predicate: Predicate }): Promise<number> {
    const counts = await Promise.all(
      this.shards.map(async (shard) => {
        let count = 0;
        for await (const rows of shard.scan(['metadata'], PAGE, now)) {
          const matching = rows.filter((row) => isMatch(predicate, row));
          const ids = matching.map(({ id }) => id);
          count += await shard.remove(ids, { now, changes: matching.map(({ seq }) => seq) });
        }
        return count;
      }),
    );
    return sum(counts);
  }

  async rows(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(RemoteRow | undefined)[]> {
    const rows = new Array<RemoteRow | undefined>(ids.length);
    await this.onShards(ids, async (shard, own, places) => {
      for (const [i, row] of (await shard.rows(own, parts, now)).entries()) rows[places[i] ?? 0] = row;
    });
    return rows;
  }

  async count({ now, predicate }: Scope): Promise<number> {
    const counts = await Promise.all(
      this.shards.map(async (shard) => {
        if (!predicate) return (await shard.count(now)).records;
        let count = 0;
        for await (const rows of shard.scan(['metadata'], PAGE, now)) {
          for (const row of rows) if (isMatch(predicate, row)) count++;
        }
        return count;
      }),
    );
    return sum(counts);
  }

  async list(question: ListQuestion): Promise<ListedRow[]> {
    const { orderBy, now, predicate } = question;
    if (orderBy !== 'id' && orderBy !== 'seq') {
      return listByScan(question, (parts) => this.matching(parts, now, predicate));
    }
    const lists = await Promise.all(this.shards.map((shard) => this.listOf(shard, question)));
    const sign = question.descending ? -1 : 1;
    const compare = (a: RemoteRow, b: RemoteRow) =>
      sign * (orderBy === 'seq' ? a.seq - b.seq : compareText(a.id, b.id));
    const rows = lists.flat().sort(compare).slice(0, question.limit);
    return rows.map((row) => ({ row, key: orderBy === 'seq' ? row.seq : row.id }));
  }

  facets(
    { now, predicate }: Scope,
    requests: readonly Required<FacetRequest>[],
  ): Promise<Record<string, Facet>> {
    return facetsByScan(requests, () => this.matching(['metadata'], now, predicate));
  }

  async near(question: NearQuestion): Promise<ScoredRow[]> {
    const { predicate, depth, parts } = question;
    const filter = predicate && expressionOf(predicate);
    if (!filter || filter.isExact) return this.nearest(question, filter?.text, depth, parts);
    const read = [...new Set<Part>([...parts, 'metadata'])];
    const ask = (deeper: number) => this.nearest(question, filter.text, deeper, read);
    const rows = (await nearMatching({ predicate, depth }, DEPTH_MAX, ask)) ?? [];
    return parts.includes('metadata') ? rows : rows.map(({ metadata: _, ...row }) => row);
  }

  /** Asks all shards; where the graphs have too little to say, it is all of them once more, comparing with all. */
  private async nearest(
    question: NearQuestion,
    filter: string | undefined,
    depth: number,
    parts: readonly Part[],
  ): Promise<ScoredRow[]> {
    const plan = planOf((this.collection.fields ?? [this.collection])[question.field] ?? this.collection);
    const isExact = question.exact || plan.family === 'flat';
    const ask = async (exact: boolean) => {
      const found = await Promise.all(
        this.shards.map((shard) => shard.nearest({ ...question, depth }, filter, exact)),
      );
      return found.length === 1 ? (found[0] ?? []) : found.flat().sort(byScore).slice(0, depth);
    };
    let best = await ask(isExact);
    if (best.length < depth && !isExact) best = await ask(true);
    return parts.length === 0 ? best.map(bare) : this.completed(best, parts);
  }

  private async completed(found: readonly Found[], parts: readonly Part[]): Promise<ScoredRow[]> {
    const rows = await Promise.all(
      this.shards.map((shard) => {
        const own = found.filter((one) => one.shard === shard);
        return own.length === 0 ? [] : shard.completed(own, parts);
      }),
    );
    return rows.length === 1 ? (rows[0] ?? []) : rows.flat().sort(byScore);
  }

  /** The first of a shard that match, in the order of ids or changes. */
  private async listOf(shard: RecordShard, question: ListQuestion): Promise<RemoteRow[]> {
    const { limit, predicate, parts, now, after, orderBy, descending } = question;
    const isFiltered = predicate !== undefined && !parts.includes('metadata');
    const read = isFiltered ? [...parts, 'metadata' as const] : parts;
    const found: RemoteRow[] = [];
    const from = orderBy === 'id' ? after?.id : after?.key;
    const pages = shard.scan(read, predicate ? PAGE : Math.min(PAGE, limit), now, {
      by: orderBy,
      descending,
      after: from,
    });
    for await (const rows of pages) {
      for (const row of rows) {
        if (predicate && !isMatch(predicate, row)) continue;
        if (isFiltered) {
          const { metadata: _, ...asked } = row;
          found.push(asked);
        } else found.push(row);
      }
      if (found.length >= limit) break;
    }
    return found;
  }

  private async *matching(
    parts: readonly Part[],
    now: number,
    predicate: Predicate | undefined,
  ): AsyncGenerator<readonly RemoteRow[]> {
    for (const shard of this.shards) {
      for await (const rows of shard.scan(parts, PAGE, now)) {
        yield predicate ? rows.filter((row) => isMatch(predicate, row)) : rows;
      }
    }
  }

  private async write(
    batch: RecordBatch,
    how: Parameters<RecordShard['write']>[2],
  ): Promise<readonly string[]> {
    const forbidding = await this.onShards(batch.ids, (shard, _, places) => shard.write(batch, places, how));
    return forbidding.flat();
  }

  /** The numbers of so many changes. A namespace is known before anything is in it. */
  private async number(count: number): Promise<number[]> {
    const changes = this.keys.changes(this.collection);
    const names = this.keys.namespaces(this.collection);
    const [last] = await Promise.all([
      this.connections.write(this.keys.at(changes), 'INCRBY', changes, `${count}`),
      this.namespace === ''
        ? undefined
        : this.connections.write(this.keys.at(names), 'SADD', names, this.namespace),
    ]);
    return Array.from({ length: count }, (_, i) => Number(last) - count + 1 + i);
  }

  /** Has each shard do its part for the ids that belong to it, at the same time. */
  private async onShards<T>(
    ids: readonly string[],
    work: (shard: RecordShard, ids: readonly string[], places: readonly number[]) => Promise<T>,
  ): Promise<T[]> {
    const { shards } = this;
    const places = shards.map((): number[] => []);
    for (const [i, id] of ids.entries()) places[shardOf(id, shards.length)]?.push(i);
    const busy = shards.flatMap((shard, s) => {
      const own = places[s] ?? [];
      return own.length === 0
        ? []
        : [
            work(
              shard,
              own.map((i) => ids[i] ?? ''),
              own,
            ),
          ];
    });
    // All are waited for: an error must not come while others still write.
    const ended = await Promise.allSettled(busy);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }
}

function isMatch(predicate: Predicate, { metadata = '{}' }: RemoteRow): boolean {
  return matches(predicate, JSON.parse(metadata) as JsonObject);
}

function byScore(a: ScoredRow, b: ScoredRow): number {
  return b.score - a.score || a.seq - b.seq;
}

function bare({ id, score, seq }: Found): ScoredRow {
  return { id, score, seq };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
