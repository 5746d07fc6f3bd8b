import { score } from '../../../src/kernel/oracle.ts';
import { passes } from './filter.ts';
import { ANSWER_BYTES_MAX } from './requests.ts';
import { Refused } from './shape.ts';

/** A record as it was upserted. */
export interface Vector {
  readonly id: string;
  readonly values: readonly number[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface Behaviour {
  /** Queries of a namespace that do not see yet what was written before them. */
  lag: number;
  /** Whether a missing field is unequal to everything. */
  missingDiffers: boolean;
}

interface Space {
  readonly visible: Map<string, Vector>;
  readonly pending: (() => void)[];
  written: number;
  indexed: number;
  /** Queries since the first of what is pending was written. */
  queries: number;
}

type Body = Readonly<Record<string, unknown>>;
type Filter = Readonly<Record<string, unknown>>;

const METRICS = { cosine: 'cosine', dotproduct: 'dot', euclidean: 'l2' } as const;

/** What an index holds: namespaces, of which each has an index that lags behind its writes. */
export class IndexData {
  readonly dimension: number;
  private readonly metric: keyof typeof METRICS;
  private readonly behaviour: Behaviour;
  private readonly spaces = new Map<string, Space>();

  constructor(dimension: number, metric: string, behaviour: Behaviour) {
    this.dimension = dimension;
    this.metric = metric as keyof typeof METRICS;
    this.behaviour = behaviour;
  }

  upsert(body: Body): number {
    const vectors = body['vectors'] as Vector[];
    for (const { values } of vectors) this.requireDimension(values);
    return this.write(body, ({ visible }) => {
      for (const { id, values, metadata } of vectors) {
        visible.set(id, { id, values: values.map(Math.fround), ...(metadata && { metadata }) });
      }
    });
  }

  remove(body: Body): number {
    const ids = body['ids'] as string[] | undefined;
    if (ids === undefined) throw new Refused(400, 'expected ids');
    return this.write(body, ({ visible }) => {
      for (const id of ids) visible.delete(id);
    });
  }

  /** What was found, and the last write that could be. */
  query(body: Body): { readonly found: unknown; readonly indexed: number } {
    const { topK, filter, includeValues, includeMetadata, vector } = body as {
      readonly topK: number;
      readonly filter?: Filter;
      readonly includeValues?: boolean;
      readonly includeMetadata?: boolean;
      readonly vector: number[];
    };
    this.requireDimension(vector);
    const space = this.space(body);
    const nearest = [...space.visible.values()]
      .filter(({ metadata = {} }) => !filter || passes(filter, metadata, this.behaviour.missingDiffers))
      .map((one) => ({ one, score: score(METRICS[this.metric], vector, one.values) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, topK);
    const matches = nearest.map(({ one: { id, values, metadata }, score: near }) => ({
      id,
      score: Math.fround(this.metric === 'euclidean' ? near ** 2 : near),
      ...(includeValues && { values }),
      ...(includeMetadata && metadata && { metadata }),
    }));
    if (Buffer.byteLength(JSON.stringify(matches)) > ANSWER_BYTES_MAX) {
      throw new Refused(400, 'the answer exceeds 4MB');
    }
    const { indexed } = space;
    this.settle(space);
    return { found: { matches, namespace: body['namespace'], usage: { readUnits: 1 } }, indexed };
  }

  fetch(ids: readonly string[], namespace: string): unknown {
    const { visible } = this.space({ namespace });
    const vectors = Object.fromEntries(ids.flatMap((id) => (visible.has(id) ? [[id, visible.get(id)]] : [])));
    return { vectors, namespace, usage: { readUnits: 1 } };
  }

  /** Pages in the order of the ids of what matches; a token is where the page begins. */
  fetchByMetadata(body: Body): unknown {
    const {
      limit = 100,
      paginationToken = '',
      filter,
      namespace,
    } = body as {
      readonly limit?: number;
      readonly paginationToken?: string;
      readonly filter?: Filter;
      readonly namespace?: string;
    };
    const { visible } = this.space(body);
    const begin = Buffer.from(paginationToken, 'base64url').toString();
    const found = [...visible.values()]
      .filter(({ metadata = {} }) => !filter || passes(filter, metadata, this.behaviour.missingDiffers))
      .filter(({ id }) => id >= begin)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const next = found[limit];
    return {
      vectors: Object.fromEntries(found.slice(0, limit).map((one) => [one.id, one])),
      namespace,
      usage: { readUnits: 1 },
      ...(next && { pagination: { next: Buffer.from(next.id).toString('base64url') } }),
    };
  }

  stats(): unknown {
    const named = this.counts().map(([name, vectorCount]) => [name, { vectorCount }] as const);
    return {
      namespaces: Object.fromEntries(named),
      dimension: this.dimension,
      indexFullness: 0,
      totalVectorCount: named.reduce((sum, [, { vectorCount }]) => sum + vectorCount, 0),
      metric: this.metric,
      vectorType: 'dense',
    };
  }

  namespaces(limit: number, token: string): unknown {
    const all = this.counts().filter(([name]) => name >= token);
    const next = all[limit]?.[0];
    return {
      namespaces: all.slice(0, limit).map(([name, record_count]) => ({ name, record_count })),
      ...(next !== undefined && { pagination: { next } }),
      total_count: all.length,
    };
  }

  dropNamespace(name: string): void {
    if (!this.spaces.delete(name)) throw new Refused(404, 'Namespace not found');
  }

  /** A namespace is gone with its last record. */
  private counts(): (readonly [string, number])[] {
    return [...this.spaces]
      .flatMap(([name, { visible }]) => (visible.size > 0 ? [[name, visible.size] as const] : []))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private write(body: Body, change: (space: Space) => void): number {
    const space = this.space(body);
    space.written++;
    if (space.pending.length === 0) space.queries = 0;
    space.pending.push(() => change(space));
    if (this.behaviour.lag === 0) this.settle(space);
    return space.written;
  }

  private settle(space: Space): void {
    space.queries++;
    if (space.queries < this.behaviour.lag) return;
    for (const change of space.pending.splice(0)) change();
    space.indexed = space.written;
  }

  private space(body: Body): Space {
    const name = (body['namespace'] as string | undefined) || '__default__';
    const known = this.spaces.get(name);
    if (known) return known;
    const made: Space = { visible: new Map(), pending: [], written: 0, indexed: 0, queries: 0 };
    this.spaces.set(name, made);
    return made;
  }

  private requireDimension(values: readonly number[] | undefined): void {
    if (values?.length === this.dimension) return;
    throw new Refused(
      400,
      `Vector dimension ${values?.length} does not match the dimension of the index ${this.dimension}`,
    );
  }
}
