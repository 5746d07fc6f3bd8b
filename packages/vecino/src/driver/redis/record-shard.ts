import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { StoredCollection } from '../../storage/store.ts';
import type { NearQuestion, RemoteRow, ScoredRow } from '../front/backend.ts';
import { collectionDropped } from '../front/connection-failures.ts';
import { attributesOf } from './attributes.ts';
import type { Argument, Connections, Place } from './connections.ts';
import { type IndexPlan, planOf } from './index-plan.ts';
import { type Keys, keysOfRecords, type Shard, type ShardKeys } from './keys.ts';
import {
  bytesOf,
  directionOf,
  hashesOf,
  numberOf,
  type Page,
  pageOf,
  partsAt,
  textOf,
} from './record-rows.ts';
import { READ, REMOVE, WRITE } from './scripts.ts';

/** Records of one script that writes: a node does nothing else meanwhile, and linking takes its time. */
const WRITTEN_AT_ONCE = 64;
/** And of one that reads: Lua hands some thousand values on at most. */
const READ_AT_ONCE = 1_000;

/** A record that a search has found. */
export interface Found {
  readonly id: string;
  readonly seq: number;
  readonly score: number;
  readonly expiry: number | null;
  /** Where the rest of it lies. */
  readonly shard: RecordShard;
}

/** What a write requires of what is there, and how it is numbered. */
export interface WriteTerms {
  readonly required: 'nothing' | 'absent' | 'unchanged';
  readonly now: number;
  /** The change of each record of the batch. */
  readonly seqs: readonly number[];
  /** The change that each must have, where they must be unchanged. */
  readonly expected?: readonly (number | undefined)[];
}

/** Which of the records that are named are removed, beside all. */
interface RemoveTerms {
  readonly now: number;
  /** The change that each must have. */
  readonly changes?: readonly (number | undefined)[];
  readonly onlyExpired?: boolean;
}

/** The way that a scan goes. */
interface Course {
  readonly by: string;
  readonly descending: boolean;
  /** The id or the change behind which it begins. */
  readonly after?: JsonValue | undefined;
}

const BY_CHANGE: Course = { by: 'seq', descending: false };

/** The records of one namespace on one shard. */
export class RecordShard {
  private readonly connections: Connections;
  private readonly keys: ShardKeys;
  private readonly place: Place;
  private readonly plans: readonly IndexPlan[];
  private readonly name: string;

  constructor(
    connections: Connections,
    keys: Keys,
    collection: StoredCollection,
    shard: Shard,
    namespace: string,
  ) {
    this.connections = connections;
    this.keys = keys.shard(collection, shard, namespace);
    this.place = { key: this.keys.here, slot: shard.slot };
    this.plans = (collection.fields ?? [collection]).map(planOf);
    this.name = collection.name;
  }

  /** Writes those records of a batch that are named by their places in it, some at a time. Answers who forbids it. */
  async write(batch: RecordBatch, places: readonly number[], terms: WriteTerms): Promise<string[]> {
    const plans = this.plans.flatMap(({ M, efConstruction }) => [`${M}`, `${efConstruction}`]);
    const head = [terms.required, `${terms.now}`, `${this.plans.length}`, ...plans];
    const forbidding: string[] = [];
    for (let from = 0; from < places.length; from += WRITTEN_AT_ONCE) {
      const some = places.slice(from, from + WRITTEN_AT_ONCE);
      const args = some.flatMap((i) => this.argumentsOf(batch, i, terms));
      const answer = await this.connections.run(this.place, WRITE, this.all, [...head, ...args]);
      forbidding.push(...(answer as Buffer[]).map(textOf));
    }
    return forbidding;
  }

  /** Removes records and answers how many of them had not expired. */
  async remove(ids: readonly string[], { now, changes, onlyExpired }: RemoveTerms): Promise<number> {
    const head = [`${now}`, `${this.plans.length}`, onlyExpired ? 'expired' : 'any'];
    let count = 0;
    for (let from = 0; from < ids.length; from += WRITTEN_AT_ONCE) {
      const some = ids.slice(from, from + WRITTEN_AT_ONCE);
      const args = some.flatMap((id, i) => [id, `${changes?.[from + i] ?? ''}`]);
      count += Number(await this.connections.run(this.place, REMOVE, this.all, [...head, ...args]));
    }
    return count;
  }

  /** In the order of the ids, undefined where there is none. */
  async rows(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(RemoteRow | undefined)[]> {
    const rows: (RemoteRow | undefined)[] = [];
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      const some = ids.slice(from, from + READ_AT_ONCE);
      rows.push(...(await this.read(this.keys.seqs, ['these', ...some], parts, now)).rows);
    }
    return rows;
  }

  /** All records that have not expired, page by page. */
  async *scan(
    parts: readonly Part[],
    page: number,
    now: number,
    { by, descending, after }: Course = BY_CHANGE,
  ): AsyncGenerator<RemoteRow[]> {
    const [key, order, lowest, highest] =
      by === 'id' ? [this.keys.ids, 'BYLEX', '-', '+'] : [this.keys.seqs, 'BYSCORE', '-inf', '+inf'];
    const [first, end] = descending ? [highest, lowest] : [lowest, highest];
    let begin = after === undefined ? first : `(${String(after)}`;
    for (;;) {
      const range = [begin, end, order, ...(descending ? ['REV'] : []), 'LIMIT', '0', `${page}`];
      const { rows, last } = await this.read(key, ['range', ...range], parts, now);
      yield rows.filter((row) => row !== undefined);
      if (rows.length < page || !last) return;
      begin = `(${by === 'id' ? last.id : last.seq}`;
    }
  }

  /** Records that have not expired, and of each field those of them that have it. */
  async count(now: number): Promise<{ readonly records: number; readonly ofFields: readonly number[] }> {
    const { connections, place, keys } = this;
    const [here, all, expired, ...ofFields] = await Promise.all([
      connections.read(place, 'EXISTS', keys.here),
      connections.read(place, 'ZCARD', keys.seqs),
      this.countExpired(now),
      ...keys.vectors.map((key) => connections.read(place, 'HLEN', key)),
    ]);
    if (Number(here) === 0) throw collectionDropped(this.name);
    const gone = ofFields.map(() => 0);
    for (let from = 0; from < expired; from += READ_AT_ONCE) {
      const ids = await this.expired(now, from);
      for (const [i, key] of keys.vectors.entries()) {
        const have = await Promise.all(ids.map((id) => connections.read(place, 'HEXISTS', key, id)));
        gone[i] = (gone[i] ?? 0) + have.filter((one) => Number(one) === 1).length;
      }
    }
    return {
      records: Number(all) - expired,
      ofFields: ofFields.map((count, i) => Number(count) - (gone[i] ?? 0)),
    };
  }

  /** Removes what has expired. */
  async removeExpired(now: number): Promise<void> {
    for (let count = READ_AT_ONCE; count === READ_AT_ONCE; ) {
      const ids = await this.expired(now, 0);
      await this.remove(ids, { now, onlyExpired: true });
      count = ids.length;
    }
  }

  /** What it takes in memory, as Redis estimates it. */
  async bytes(): Promise<number> {
    const { connections, place } = this;
    const sizes = await Promise.all(
      keysOfRecords(this.keys).map((key) => connections.read(place, 'MEMORY', 'USAGE', key)),
    );
    return sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0);
  }

  /** Removes all that the namespace has here. */
  async drop(): Promise<void> {
    await this.connections.write(this.place, 'UNLINK', ...keysOfRecords(this.keys));
  }

  /** Best first, without those that are excepted or have expired. */
  async nearest(
    question: NearQuestion,
    filter: string | undefined,
    exact: boolean,
  ): Promise<readonly Found[]> {
    const { depth, except, now } = question;
    const wanted = depth + except.length;
    let found = await this.ask(question, wanted, filter, exact);
    if (found.length === 0) await this.requireHere();
    if (found.some(({ expiry }) => hasExpired(expiry, now))) {
      // So many more as have expired, for these may all be among the nearest.
      const expired = found.length < wanted ? 0 : await this.countExpired(now);
      if (expired > 0) found = await this.ask(question, wanted + expired, filter, exact);
      found = found.filter(({ expiry }) => !hasExpired(expiry, now));
    }
    const others = except.length === 0 ? found : found.filter(({ id }) => !except.includes(id));
    return others.length > depth ? others.slice(0, depth) : others;
  }

  /** What was found here, with the parts that are asked for; what has been removed since is left out. */
  async completed(found: readonly Found[], parts: readonly Part[]): Promise<ScoredRow[]> {
    const ids = found.map(({ id }) => id);
    const hashes = hashesOf(this.keys, parts);
    const columns = (await Promise.all(
      hashes.map((key) => this.connections.read(this.place, 'HMGET', key, ...ids)),
    )) as (Buffer | null)[][];
    const metadata = parts.includes('metadata') ? columns[hashes.indexOf(this.keys.metadata)] : undefined;
    // Whatever is there has metadata, empty ones too.
    return found.flatMap(({ id, score, seq, expiry }, i) =>
      metadata && !metadata[i] ? [] : [{ id, score, seq, ...partsAt(columns, i, parts, expiry) }],
    );
  }

  private async ask(
    { vector, field, effort }: NearQuestion,
    count: number,
    filter: string | undefined,
    exact: boolean,
  ): Promise<Found[]> {
    const index = this.keys.indexes[field] ?? '';
    const efSearch = effort ?? this.plans[field]?.efSearch ?? count;
    const reach = exact ? ['TRUTH'] : ['EF', `${Math.max(count, efSearch)}`];
    const filtered = filter === undefined ? [] : ['FILTER', filter];
    const query = ['VSIM', index, 'FP32', bytesOf(directionOf(vector)), 'WITHSCORES', 'COUNT', `${count}`];
    return this.foundIn(await this.connections.read(this.place, ...query, ...reach, ...filtered));
  }

  /** Elements and scores in turn; a score of Redis is half of one and the cosine. */
  private foundIn(answer: unknown): Found[] {
    const entries = answer as readonly Buffer[];
    const found: Found[] = [];
    for (let i = 0; i + 1 < entries.length; i += 2) {
      const [element, score] = [entries[i], entries[i + 1]];
      if (!element || !score) continue;
      const text = textOf(element);
      const first = text.indexOf(',');
      const second = text.indexOf(',', first + 1);
      found.push({
        id: text.slice(second + 1),
        seq: Number(text.slice(0, first)),
        score: 2 * numberOf(score) - 1,
        expiry: second === first + 1 ? null : Number(text.slice(first + 1, second)),
        shard: this,
      });
    }
    return found;
  }

  private async requireHere(): Promise<void> {
    const here = await this.connections.read(this.place, 'EXISTS', this.keys.here);
    if (Number(here) === 0) throw collectionDropped(this.name);
  }

  private async countExpired(now: number): Promise<number> {
    return Number(await this.connections.read(this.place, 'ZCOUNT', this.keys.expiries, '-inf', `${now}`));
  }

  /** Ids of what has expired by then, some of them. */
  private async expired(now: number, from: number): Promise<string[]> {
    const range = ['-inf', `${now}`, 'BYSCORE', 'LIMIT', `${from}`, `${READ_AT_ONCE}`];
    const answer = await this.connections.read(this.place, 'ZRANGE', this.keys.expiries, ...range);
    return (answer as Buffer[]).map(textOf);
  }

  private async read(
    order: string,
    args: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<Page> {
    const { here, seqs, expiries } = this.keys;
    const keys = [here, order, seqs, expiries, ...hashesOf(this.keys, parts)];
    return pageOf(await this.connections.run(this.place, READ, keys, args), parts, now);
  }

  /** The keys of a script that writes. */
  private get all(): string[] {
    return [this.keys.here, ...keysOfRecords(this.keys)];
  }

  private argumentsOf(batch: RecordBatch, i: number, { seqs, expected }: WriteTerms): Argument[] {
    const document = batch.documents[i] ?? null;
    const metadata = batch.metadata[i] ?? '{}';
    const vectors = this.plans.flatMap((_, field): Argument[] => {
      const vector = batch.vectors[i]?.[field];
      if (!vector) return ['', ''];
      const direction = directionOf(vector);
      return [bytesOf(vector), direction === vector ? '' : bytesOf(direction)];
    });
    return [
      batch.ids[i] ?? '',
      `${seqs[i]}`,
      `${expected?.[i] ?? ''}`,
      document === null ? '0' : '1',
      document ?? '',
      metadata,
      attributesOf(JSON.parse(metadata) as JsonObject),
      `${batch.expiries[i] ?? ''}`,
      ...vectors,
    ];
  }
}

function hasExpired(expiry: number | null, now: number): boolean {
  return expiry !== null && expiry <= now;
}
