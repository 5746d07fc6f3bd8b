import type { JsonObject, JsonValue } from '../../src/api/metadata.ts';
import type { Metric } from '../../src/api/search.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { nearest, score } from '../../src/kernel/oracle.ts';
import {
  type Filter,
  gridVector,
  idsOf,
  metadataOf,
  type Parts,
  type Question,
  type Step,
} from './collection-steps.ts';

export interface NaiveRecord {
  readonly vector: Float32Array;
  readonly document: string | undefined;
  readonly metadata: JsonObject;
}

/** A collection as plainly as it can be written: a map, and every question answered by looking at all of it. */
export class NaiveCollection {
  readonly records = new Map<string, NaiveRecord>();
  /** When records expire, of those that do. */
  private readonly expiries = new Map<string, number>();
  private readonly dimension: number;
  private readonly metric: Metric;

  constructor(dimension: number, metric: Metric) {
    this.dimension = dimension;
    this.metric = metric;
  }

  /** The records that `add`, `upsert` and `rewrite` are called with. */
  inputOf(step: Extract<Step, { range: unknown; seed: unknown }>) {
    return idsOf(step.range).map((id) => {
      const old = step.do === 'rewrite' ? this.records.get(id)?.vector : undefined;
      const document = step.seed % 3 === 0 ? {} : { document: `${id} ${step.seed}` };
      return {
        id,
        vector: old ?? gridVector(id, step.seed, this.dimension),
        metadata: metadataOf(id, step.seed),
        ...document,
      };
    });
  }

  /** The changes that `update` is called with: of those of its records that are there. */
  changesOf(range: Extract<Step, { do: 'update' }>['range'], seed: number, parts: Parts) {
    return idsOf(range)
      .filter((id) => this.records.has(id))
      .map((id) => ({
        id,
        ...(parts.vector && { vector: gridVector(id, seed, this.dimension) }),
        ...(parts.document !== 'keep' && {
          document: parts.document === 'set' ? `${id} changed ${seed}` : null,
        }),
        ...(parts.metadata === 'merge' && { metadata: { n: seed % 10, fresh: [seed] } }),
        ...(parts.metadata === 'removeKey' && { metadata: { mixed: undefined, s: 'b' } }),
      }));
  }

  put(input: ReturnType<NaiveCollection['inputOf']>): void {
    for (const { id, vector, metadata, ...rest } of input) {
      this.records.set(id, { vector, metadata, document: 'document' in rest ? rest.document : undefined });
      this.expiries.delete(id);
    }
  }

  change(changes: ReturnType<NaiveCollection['changesOf']>): void {
    for (const { id, vector, document, metadata } of changes) {
      const old = this.records.get(id) as NaiveRecord;
      const merged = { ...old.metadata, ...metadata } as Record<string, JsonValue>;
      for (const [key, value] of Object.entries(merged)) if (value === undefined) delete merged[key];
      this.records.set(id, {
        vector: vector ?? old.vector,
        document: document === undefined ? old.document : (document ?? undefined),
        metadata: merged,
      });
    }
  }

  /** Lets records expire at a time; null where they are to stay. */
  expire(ids: readonly string[], at: number | null): void {
    for (const id of ids) {
      if (at === null) this.expiries.delete(id);
      else this.expiries.set(id, at);
    }
  }

  /** Forgets what has expired by now. */
  pass(now: number): void {
    for (const [id, at] of this.expiries) {
      if (at > now) continue;
      this.records.delete(id);
      this.expiries.delete(id);
    }
  }

  /** Ids of the records that match, all of them without a filter. */
  matching(filter: Filter | undefined): string[] {
    if (filter === undefined) return [...this.records.keys()];
    const predicate = parseFilter('model', filter);
    return [...this.records].flatMap(([id, { metadata }]) => (matches(predicate, metadata) ? [id] : []));
  }

  /** Ids in the order that a list must have; `seqOf` are the numbers that the store has given. */
  ordered(question: Question, seqOf: ReadonlyMap<string, number>): string[] {
    const { orderBy, order, filter } = question;
    const direction = order === 'desc' ? -1 : 1;
    const keyOf = (id: string): JsonValue | undefined => {
      if (orderBy === 'id') return id;
      if (orderBy === 'seq') return seqOf.get(id);
      const metadata = this.records.get(id)?.metadata;
      return orderBy === 'nested.x' ? (metadata?.['nested'] as JsonObject)?.['x'] : metadata?.[orderBy];
    };
    return this.matching(filter).sort((a, b) => {
      const [left, right] = [keyOf(a), keyOf(b)];
      if ((left === undefined) !== (right === undefined)) return left === undefined ? 1 : -1;
      return direction * (compare(left, right) || compare(a, b));
    });
  }

  /** The best scores among some records. */
  bestScores(query: Float32Array, ids: readonly string[], k: number): number[] {
    const vectors = ids.map((id) => this.records.get(id)?.vector ?? new Float32Array());
    return nearest(this.metric, query, vectors, k).map((hit) => hit.score);
  }

  scoreOf(query: Float32Array, id: string): number {
    return score(this.metric, query, this.records.get(id)?.vector ?? []);
  }
}

const TYPES = ['null', 'boolean', 'number', 'string'];

/** Null, booleans, numbers, strings, each among themselves; strings by their UTF-8 bytes. */
function compare(a: JsonValue | undefined, b: JsonValue | undefined): number {
  const typeOf = (value: unknown) => TYPES.indexOf(value === null ? 'null' : typeof value);
  if (typeOf(a) !== typeOf(b)) return typeOf(a) - typeOf(b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return Number(a ?? 0) - Number(b ?? 0);
}
