import type { CollectionDescription } from '../../api/collection.ts';
import type { CompleteIndexChoice, IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import { unsupported } from '../front/unsupported.ts';
import { identifier, integer, type Sql, sql } from './sql.ts';

/** As messages name the engine. */
export const ENGINE = 'PostgreSQL (pgvector)';

/** What pgvector indexes at most: its documentation, "HNSW" and "IVFFlat". */
const INDEXED_DIMENSION_MAX = { vector: 2_000, halfvec: 4_000 } as const;
/** What pgvector takes: m 2 to 100, ef_construction 4 to 1,000 and twice m at least, ef_search to 1,000. */
const EF_CONSTRUCTION_MAX = 1_000;
export const EF_SEARCH_MAX = 1_000;

const CLASSES = { cosine: 'cosine_ops', dot: 'ip_ops', l2: 'l2_ops' } as const;

type Family = 'flat' | 'hnsw' | 'ivf';

/** How a field's vectors are kept and searched. */
export interface IndexPlan {
  readonly type: 'vector' | 'halfvec';
  readonly family: Family;
  readonly M: number;
  readonly efConstruction: number;
  readonly efSearch: number;
  /** Undefined where it depends on the number of records. */
  readonly nlist: number | undefined;
  readonly nprobe: number | undefined;
  /** Why this family serves, in one sentence. */
  readonly reason: string;
}

export function planOf({ index, dimension }: Pick<StoredVectors, 'index' | 'dimension'>): IndexPlan {
  const type = index['originals'] === 'f16' ? 'halfvec' : 'vector';
  const asked = index['family'];
  const fits = dimension <= INDEXED_DIMENSION_MAX[type];
  const family = asked === 'ivf' || asked === 'flat' ? asked : fits ? 'hnsw' : 'flat';
  const option = (name: string, usual: number) => {
    const value = index[name];
    return typeof value === 'number' ? value : usual;
  };
  const M = option('M', 16);
  return {
    type,
    family,
    M,
    efConstruction: Math.max(2 * M, Math.min(EF_CONSTRUCTION_MAX, option('efConstruction', 64))),
    efSearch: Math.min(EF_SEARCH_MAX, option('efSearch', 64)),
    nlist: typeof index['nlist'] === 'number' ? index['nlist'] : undefined,
    nprobe: typeof index['nprobe'] === 'number' ? index['nprobe'] : undefined,
    reason: reasonOf(asked, family, type, dimension),
  };
}

function reasonOf(asked: unknown, family: Family, type: IndexPlan['type'], dimension: number): string {
  if (asked === 'ivf')
    return 'the family ivf was asked for; compact() learns its lists, until then searches compare with all';
  if (asked === family) return `the family ${family} was asked for`;
  if (family === 'hnsw')
    return "pgvector's HNSW serves whatever the number of records; its recall is not measured here";
  return `searches compare with all: pgvector indexes at most ${INDEXED_DIMENSION_MAX[type]} dimensions of ${type}, and these have ${dimension}`;
}

/** What `describe` says of an index. What pgvector has no such thing of stands at what comes closest. */
export function servingOf(stored: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const plan = planOf(stored);
  const options = optionsOf(plan);
  const asked = stored.index['family'];
  const index: CompleteIndexChoice =
    asked === 'auto' ? (stored.index as unknown as CompleteIndexChoice) : options;
  return { index, serving: { options, reason: plan.reason } };
}

function optionsOf(plan: IndexPlan): Required<IndexOptions> {
  const originals = plan.type === 'halfvec' ? 'f16' : 'f32';
  switch (plan.family) {
    case 'flat':
      return { family: 'flat' };
    case 'hnsw': {
      const { M, efConstruction, efSearch } = plan;
      return { family: 'hnsw', M, efConstruction, efSearch, seed: 0, quantizer: 'none', originals };
    }
    case 'ivf': {
      const { nlist = 0, nprobe = 0 } = plan;
      return { family: 'ivf', nlist, nprobe, quantizer: 'none', rotation: false, seed: 0, originals };
    }
  }
}

/** Options that mean something to pgvector, by family. */
const UNDERSTOOD: Readonly<Record<string, readonly string[]>> = {
  auto: ['family'],
  flat: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'originals', 'quantizer'],
  ivf: ['family', 'nlist', 'nprobe', 'originals', 'quantizer'],
};

/** Refuses an index that pgvector does not have, by the options that the caller has named. */
export function requireFit(
  thing: string,
  { fields, dimension, index }: NewCollection,
  read: ReadCollectionOptions,
): void {
  if (!read.fields) requireVectorsFit(thing, { dimension, index }, read.givenIndex);
  for (const [i, field] of (read.fields ?? []).entries()) {
    const made = fields?.[i];
    if (made) requireVectorsFit(`${thing}, field "${field.name}"`, made, field.givenIndex);
  }
}

function requireVectorsFit(
  thing: string,
  made: Pick<StoredVectors, 'dimension' | 'index'>,
  given: Readonly<Record<string, unknown>>,
): void {
  const family = String(given['family'] ?? 'auto');
  const understood = UNDERSTOOD[family];
  if (!understood) {
    throw unsupported(
      thing,
      ENGINE,
      `the family ${family}`,
      'choose hnsw, ivf or flat, or leave the index out',
    );
  }
  const foreign = Object.keys(given).find(
    (option) => given[option] !== undefined && !understood.includes(option),
  );
  if (foreign !== undefined) {
    throw unsupported(
      thing,
      ENGINE,
      `the option ${foreign} of the family ${family}`,
      `leave it out (it takes ${understood.slice(1).join(', ') || 'none'})`,
    );
  }
  if (given['quantizer'] !== undefined && given['quantizer'] !== 'none') {
    throw unsupported(
      thing,
      ENGINE,
      `the quantizer ${String(given['quantizer'])}`,
      "give originals: 'f16', which halves the index",
    );
  }
  if (given['originals'] === 'disk') {
    throw unsupported(thing, ENGINE, 'originals: disk', "give 'f16', which halves the index");
  }
  const { efConstruction, efSearch } = given as Partial<Record<string, number>>;
  if (Number(efConstruction) > EF_CONSTRUCTION_MAX || Number(efSearch) > EF_SEARCH_MAX) {
    throw unsupported(
      thing,
      ENGINE,
      'efforts beyond 1,000',
      'give at most 1,000, or search with exact: true',
    );
  }
  const type = planOf(made).type;
  if (family !== 'auto' && family !== 'flat' && made.dimension > INDEXED_DIMENSION_MAX[type]) {
    const wider = type === 'vector' ? "give originals: 'f16' for up to 4,000, or" : '';
    throw unsupported(
      thing,
      ENGINE,
      `an index of ${made.dimension} dimensions (at most ${INDEXED_DIMENSION_MAX[type]})`,
      `${wider} choose flat, which compares with all`.trim(),
    );
  }
}

/** The distance by which a metric orders, smallest first: `column <=> vector`. */
export function distanceOf(metric: string, column: Sql, vector: Sql): Sql {
  switch (metric) {
    case 'cosine':
      return sql`${column} <=> ${vector}`;
    case 'dot':
      return sql`${column} <#> ${vector}`;
    default:
      return sql`${column} <-> ${vector}`;
  }
}

/** The score that a distance stands for: larger is nearer. */
export function scoreOf(metric: string, distance: number): number {
  return metric === 'cosine' ? 1 - distance : -distance;
}

/** Makes the index of a column, where its family has one that needs no records to learn from. */
export function createIndex(
  table: Sql,
  column: string,
  metric: string,
  plan: IndexPlan,
  nlist: number,
  name: Sql = sql``,
): Sql | undefined {
  const operators = identifier(`${plan.type}_${CLASSES[metric as keyof typeof CLASSES]}`);
  if (plan.family === 'hnsw') {
    const [m, ef] = [integer(plan.M), integer(plan.efConstruction)];
    return sql`CREATE INDEX ON ${table} USING hnsw (${identifier(column)} ${operators}) WITH (m = ${m}, ef_construction = ${ef})`;
  }
  if (plan.family === 'ivf') {
    return sql`CREATE INDEX ${name} ON ${table} USING ivfflat (${identifier(column)} ${operators}) WITH (lists = ${integer(nlist)})`;
  }
  return undefined;
}
