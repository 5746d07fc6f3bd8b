import { filterOf, type KeptPoint, requireIndex, UUID, valuesAt } from './stand-in-filter.ts';
import { wrongInput } from './wrong-input.ts';

type Json = Readonly<Record<string, unknown>>;

interface Vectors {
  readonly size: number;
  readonly distance: string;
  readonly isGraph: boolean;
}

/** A collection of the stand-in: points in memory, compared one by one. */
export class StandInCollection {
  private readonly vectors = new Map<string, Vectors>();
  private readonly indexed = new Map<string, string>();
  private readonly points = new Map<string | number, KeptPoint>();

  constructor({ vectors, ...others }: Json) {
    if (Object.keys(others).length > 0) throw wrongInput(`collections with ${Object.keys(others)}`);
    const isOne = typeof vectors === 'object' && vectors !== null && 'size' in vectors;
    const named: Json = isOne ? { '': vectors } : ((vectors ?? {}) as Json);
    for (const [name, config] of Object.entries(named)) {
      const { size, distance, hnsw_config: hnsw } = config as Json;
      if (distance !== 'Dot' && distance !== 'Euclid') throw wrongInput(`the distance ${distance}`);
      const m = (hnsw as Json | undefined)?.['m'];
      this.vectors.set(name, { size: Number(size), distance, isGraph: m !== 0 });
    }
  }

  index({ field_name: name, field_schema: schema }: Json): void {
    const kind = typeof schema === 'string' ? schema : (schema as Json)['type'];
    valuesAt(String(name));
    this.indexed.set(String(name), String(kind));
  }

  /** As `conditional_upsert` of Qdrant decides: see its documentation, "Conditional updates". */
  upsert({ points, update_filter: filter, update_mode: mode = 'upsert', ...others }: Json): void {
    if (!Array.isArray(points) || Object.keys(others).length > 0) throw wrongInput('another kind of upsert');
    const read = points.map((point: Json) => this.readPoint(point));
    const mayReplace = filterOf(filter, this.indexed);
    for (const point of read) {
      const there = this.points.get(point.id);
      const isWritten = there ? mode !== 'insert_only' && mayReplace(there) : mode !== 'update_only';
      if (isWritten) this.points.set(point.id, point);
    }
  }

  remove({ points, filter, ...others }: Json): void {
    if ((points === undefined) === (filter === undefined) || Object.keys(others).length > 0) {
      throw wrongInput('another selection of points');
    }
    if (Array.isArray(points)) for (const id of points) this.points.delete(idOf(id));
    else for (const { id } of this.matching(filter)) this.points.delete(id);
  }

  retrieve({ ids, ...shown }: Json): Json[] {
    const wanted = new Set((ids as unknown[]).map(idOf));
    return [...wanted].flatMap((id) => {
      const point = this.points.get(id);
      return point ? [this.shown(point, shown)] : [];
    });
  }

  scroll({ filter, limit = 10, offset, order_by: order, ...shown }: Json): Json {
    const found = this.matching(filter);
    if (order !== undefined) {
      if (offset !== undefined) throw wrongInput('Cannot use an `offset` when using `order_by`');
      const { key, direction, start_from: start, ...others } = order as Json;
      if (Object.keys(others).length > 0) throw wrongInput('another order');
      requireIndex(this.indexed, key, 'integer', 'float');
      const sign = direction === 'desc' ? -1 : 1;
      const read = valuesAt(String(key));
      const keyOf = ({ payload }: KeptPoint) => Number(read(payload)[0]);
      const behind = found.filter(
        (one) =>
          read(one.payload).length > 0 && (start === undefined || sign * (keyOf(one) - Number(start)) >= 0),
      );
      behind.sort((a, b) => sign * (keyOf(a) - keyOf(b)) || compareIds(a.id, b.id));
      const points = behind.slice(0, Number(limit)).map((point) => this.shown(point, shown));
      return { points, next_page_offset: null };
    }
    const behind = found
      .filter(({ id }) => offset === undefined || offset === null || compareIds(id, idOf(offset)) >= 0)
      .sort((a, b) => compareIds(a.id, b.id));
    return {
      points: behind.slice(0, Number(limit)).map((point) => this.shown(point, shown)),
      next_page_offset: behind[Number(limit)]?.id ?? null,
    };
  }

  count({ filter, exact, ...others }: Json): Json {
    if (exact !== true || Object.keys(others).length > 0) throw wrongInput('another count');
    return { count: this.matching(filter).length };
  }

  facet({ key, filter, limit = 10, exact, ...others }: Json): Json {
    if (exact !== true || Object.keys(others).length > 0) throw wrongInput('another facet');
    requireIndex(this.indexed, key, 'keyword');
    const counts = new Map<unknown, number>();
    const read = valuesAt(String(key));
    for (const { payload } of this.matching(filter)) {
      for (const value of new Set(read(payload))) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const hits = Array.from(counts, ([value, count]) => ({ value, count }));
    return { hits: hits.sort((a, b) => b.count - a.count).slice(0, Number(limit)) };
  }

  /**
   * The nearest. A search that is not exact leaves out one of the last where it finds fewer than asked for, as walks
   * through a graph with a filter may, so that whoever relies on them fails.
   */
  query({ query, using = '', filter, limit = 10, params, ...shown }: Json): Json {
    const config = this.configOf(String(using));
    const vector = readVector(query, config.size);
    const { exact, hnsw_ef: _, quantization: __, ...others } = (params ?? {}) as Json;
    if (Object.keys(others).length > 0) throw wrongInput(`the parameters ${Object.keys(others)}`);
    const sign = config.distance === 'Euclid' ? 1 : -1;
    const scored = this.matching(filter).flatMap((point) => {
      const own = point.vectors.get(String(using));
      return own ? [{ point, score: scoreOf(config.distance, vector, own) }] : [];
    });
    scored.sort((a, b) => sign * (a.score - b.score));
    const found = scored.slice(0, Number(limit));
    if (!exact && config.isGraph && found.length < Number(limit)) found.pop();
    return {
      points: found.map(({ point, score }) => ({ ...this.shown(point, shown), version: 0, score })),
    };
  }

  private matching(filter: unknown): KeptPoint[] {
    const test = filterOf(filter, this.indexed);
    return [...this.points.values()].filter(test);
  }

  private readPoint({ id, vector, payload, ...others }: Json): KeptPoint {
    if (Object.keys(others).length > 0) throw wrongInput(`a point with ${Object.keys(others)}`);
    const named: Json = Array.isArray(vector) ? { '': vector } : (vector as Json);
    const vectors = new Map(
      Object.entries(named).map(([name, numbers]) => [name, readVector(numbers, this.configOf(name).size)]),
    );
    return { id: idOf(id), vectors, payload: (payload ?? {}) as Json };
  }

  private configOf(name: string): Vectors {
    const config = this.vectors.get(name);
    if (!config) throw wrongInput(`Not existing vector name error: ${name}`);
    return config;
  }

  private shown({ id, payload, vectors }: KeptPoint, { with_payload, with_vector, ...others }: Json): Json {
    if (Object.keys(others).length > 0) throw wrongInput(`a request with ${Object.keys(others)}`);
    const keys = Array.isArray(with_payload) ? (with_payload as string[]) : undefined;
    const chosen = keys
      ? Object.fromEntries(Object.entries(payload).filter(([key]) => keys.includes(key)))
      : payload;
    const named = Object.fromEntries([...vectors].map(([name, numbers]) => [name, Array.from(numbers)]));
    return {
      id,
      ...(Boolean(with_payload) && { payload: chosen }),
      ...(with_vector === true && { vector: vectors.has('') ? named[''] : named }),
    };
  }
}

function idOf(id: unknown): string | number {
  if (typeof id === 'string' && UUID.test(id)) return id;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id;
  throw wrongInput(
    `value ${JSON.stringify(id)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

function readVector(numbers: unknown, size: number): Float32Array {
  if (!Array.isArray(numbers) || !numbers.every((one) => typeof one === 'number')) {
    throw wrongInput('a vector that is no array of numbers');
  }
  if (numbers.length !== size) {
    throw wrongInput(`Vector dimension error: expected dim: ${size}, got ${numbers.length}`);
  }
  return Float32Array.from(numbers);
}

function scoreOf(distance: string, a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    sum += distance === 'Dot' ? x * y : (x - y) ** 2;
  }
  return Math.fround(distance === 'Dot' ? sum : Math.sqrt(sum));
}

function compareIds(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
