import { randomUUID } from 'node:crypto';
import { VecinoError } from '../../base/errors.ts';
import type { NewCollection, StoredCollection, StoredField } from '../../storage/store.ts';
import type { Condition, FieldSchema, Filter, FoundPoint, QdrantClient } from './client.ts';
import { statusOf } from './failures.ts';
import { TERMS } from './filter.ts';
import { vectorConfigOf } from './index-plan.ts';
import { fieldsOf, vectorNameOf } from './points.ts';
import type { Requests } from './requests.ts';
import { pointIdOf } from './uuids.ts';

/*
 * What there is lies in a collection of Qdrant's own, named as the option `schema` says: a point each for the version
 * of all this, for each collection and for each namespace. The records of a collection lie in another one of Qdrant's,
 * whose name no other ever has. So a collection begins when its point does, which is one request that only one of
 * several can succeed with, and what an interruption leaves behind is a collection that nobody knows.
 */

/** Counts up with each change of what lies in Qdrant. */
const VERSION = 1;

/** Points that a list reads at once. */
const AT_ONCE = 1_000;

/** What a point of the registry needs to be one: nobody looks for it. */
const NO_VECTOR = [1];

/** The payload fields of records by which Qdrant finds them. */
const INDEXED: readonly (readonly [string, FieldSchema])[] = [
  ['namespace', { type: 'keyword', is_tenant: true }],
  [TERMS, 'keyword'],
  ['seq', 'integer'],
  ['change', 'uuid'],
  ['expires', 'integer'],
];

export class Registry {
  private readonly requests: Requests;
  private readonly schema: string;

  constructor(requests: Requests, schema: string) {
    this.requests = requests;
    this.schema = schema;
  }

  /** Makes sure that the registry is there, and of a version that we know. */
  async prepare(thing: string, { mayCreate }: { readonly mayCreate: boolean }): Promise<void> {
    let version = await this.version();
    if (version === undefined) {
      if (!mayCreate) {
        throw new VecinoError(
          'STORE_NOT_FOUND',
          `${thing}: the collection "${this.schema}" of Qdrant holds no store, expected one to read; check connection.schema, or open it once for writing`,
          { details: { schema: this.schema } },
        );
      }
      version = await this.create(thing);
    }
    if (version <= VERSION) return;
    throw new VecinoError(
      'STORE_VERSION_NEWER',
      `${thing}: the schema "${this.schema}" has version ${version}, expected at most ${VERSION}; install a newer vecino`,
      { details: { expected: VERSION, received: version } },
    );
  }

  async collections(): Promise<StoredCollection[]> {
    return (await this.points({ must: [is('kind', 'collection')] })).map(collectionOf);
  }

  /** Where the records of a collection lie. */
  placeOf({ name, identity }: Pick<StoredCollection, 'name' | 'identity'>): string {
    return `${this.schema}.${name.replace(/[^A-Za-z0-9_.-]/gu, '_').slice(0, 64)}.${identity}`;
  }

  /** Undefined where somebody else was quicker. */
  async createCollection({ name, ...settings }: NewCollection): Promise<StoredCollection | undefined> {
    const identity = randomUUID();
    const place = this.placeOf({ name, identity });
    const point = {
      id: pointIdOf('collection', name),
      vector: NO_VECTOR,
      payload: { kind: 'collection', name, identity, settings: JSON.stringify(settings) },
    };
    const stored = collectionOf(point);
    const named = fieldsOf(stored).map(
      (field) => [vectorNameOf(field) ?? '', vectorConfigOf(field)] as const,
    );
    await this.makeCollection(place, stored.fields ? Object.fromEntries(named) : vectorConfigOf(stored));
    for (const [field, schema] of INDEXED) await this.index(place, field, schema);
    // A point that is there already stays, unless it is this one: the request may have been made before.
    await this.put(point, is('identity', identity));
    const [found] = await this.retrieve(point.id);
    if (found?.payload?.['identity'] === identity) return stored;
    await this.requests.ask((client) => client.deleteCollection(place));
    return undefined;
  }

  async dropCollection(collection: StoredCollection): Promise<void> {
    const { name, identity } = collection;
    const own: Filter = { must: [{ has_id: [pointIdOf('collection', name)] }, is('identity', identity)] };
    await this.remove(own);
    await this.requests.ask((client) => client.deleteCollection(this.placeOf(collection)));
    await this.remove({ must: [is('collection', identity)] });
  }

  /** Remembers a namespace, which may be known already. */
  async putNamespace({ identity }: StoredCollection, name: string): Promise<void> {
    const id = pointIdOf('namespace', identity, name);
    await this.put({
      id,
      vector: NO_VECTOR,
      payload: { kind: 'namespace', collection: identity, name },
    });
  }

  async namespaces({ identity }: StoredCollection): Promise<string[]> {
    const points = await this.points({ must: [is('collection', identity)] });
    return points.map(({ payload }) => String(payload?.['name']));
  }

  async dropNamespace({ identity }: StoredCollection, name: string): Promise<void> {
    await this.remove({ must: [{ has_id: [pointIdOf('namespace', identity, name)] }] });
  }

  /** Undefined where there is no registry. */
  private async version(): Promise<number | undefined> {
    try {
      const [about] = await this.retrieve(ABOUT);
      return about && Number(about.payload?.['version']);
    } catch (error) {
      if (error instanceof VecinoError && error.code === 'COLLECTION_DROPPED') return undefined;
      throw error;
    }
  }

  /** Several processes may do so at the same time. */
  private async create(thing: string): Promise<number> {
    const hnsw = { m: 0, ef_construct: 16 } as const;
    const vectors = {
      size: 1,
      distance: 'Dot',
      on_disk: false,
      datatype: 'float32',
      hnsw_config: hnsw,
    } as const;
    await this.makeCollection(this.schema, vectors);
    // Whoever makes a registry puts its version there first.
    const { count } = await this.requests.ask((client) =>
      client.count(this.schema, { filter: { must_not: [{ has_id: [ABOUT] }] }, exact: true }),
    );
    if (count > 0 && (await this.retrieve(ABOUT)).length === 0) {
      throw new VecinoError(
        'REMOTE_REFUSED',
        `${thing}: the collection "${this.schema}" of Qdrant has ${count} points of others, expected none; choose another connection.schema`,
        { details: { schema: this.schema } },
      );
    }
    for (const field of ['kind', 'identity', 'collection']) await this.index(this.schema, field, 'keyword');
    await this.put({ id: ABOUT, vector: NO_VECTOR, payload: { kind: 'about', version: VERSION } });
    return VERSION;
  }

  private async makeCollection(
    place: string,
    vectors: Parameters<QdrantClient['createCollection']>[1]['vectors'],
  ): Promise<void> {
    await this.requests.ask(async (client) => {
      await client.createCollection(place, { vectors }).catch((error: unknown) => {
        // It is there: somebody was quicker, or the answer to this request was lost.
        if (statusOf(error) !== 409) throw error;
      });
    });
  }

  private async index(place: string, field: string, schema: FieldSchema): Promise<void> {
    const index = { wait: true, field_name: field, field_schema: schema } as const;
    await this.requests.ask((client) => client.createPayloadIndex(place, index));
  }

  /** All points that match. */
  private async points(filter: Filter): Promise<FoundPoint[]> {
    const found: FoundPoint[] = [];
    let offset: string | undefined;
    do {
      const page = await this.requests.ask((client) =>
        client.scroll(this.schema, {
          filter,
          limit: AT_ONCE,
          with_payload: true,
          with_vector: false,
          ...(offset !== undefined && { offset }),
        }),
      );
      found.push(...page.points);
      offset = typeof page.next_page_offset === 'string' ? page.next_page_offset : undefined;
    } while (offset !== undefined);
    return found;
  }

  private async retrieve(id: string): Promise<readonly FoundPoint[]> {
    return this.requests.ask((client) =>
      client.retrieve(this.schema, { ids: [id], with_payload: true, with_vector: false }),
    );
  }

  /** @param replaced what of points that are there may be replaced; all where it is absent */
  private async put(
    point: { id: string; vector: number[]; payload: Record<string, unknown> },
    replaced?: Condition,
  ): Promise<void> {
    await this.requests.ask((client) =>
      client.upsert(this.schema, {
        wait: true,
        points: [point],
        ...(replaced && { update_filter: { must: [replaced] } }),
      }),
    );
  }

  private async remove(filter: Filter): Promise<void> {
    await this.requests.ask((client) => client.delete(this.schema, { wait: true, filter }));
  }
}

/** The point that tells the version. */
const ABOUT = pointIdOf('about');

function is(key: string, value: string): Condition {
  return { key, match: { value } };
}

function collectionOf({ payload }: FoundPoint): StoredCollection {
  const { name, identity, settings } = payload as Readonly<Record<'name' | 'identity' | 'settings', string>>;
  const read = JSON.parse(settings) as Omit<NewCollection, 'name'>;
  const fields = read.fields?.map(
    (field, i): StoredField => ({
      ...field,
      number: i + 1,
      vectorSet: i + 1,
      identity: `${identity}-${i + 1}`,
    }),
  );
  // Nobody asks for the number of a collection here, nor for that of its latest change.
  return { ...read, fields, id: 0, name, identity, vectorSet: 0, seq: 0 };
}
