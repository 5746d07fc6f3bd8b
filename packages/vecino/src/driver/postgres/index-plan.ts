import type { CollectionDescription } from '../../api/collection.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import {
  askedIndexes,
  describeIndex,
  type GivenIndex,
  graphOptionsOf,
  requireOnly,
  requireUnderstood,
  type Understood,
} from '../front/index-fit.ts';
import { unsupported } from '../front/unsupported.ts';
import { identifier, integer, type Sql, sql } from './sql.ts';

/** As messages name the engine. */
export const ENGINE = 'PostgreSQL (pgvector)';

/** What pgvector indexes at most: its documentation, "HNSW" and "IVFFlat". */
const INDEXED_DIMENSION_MAX = { vector: 2_000, halfvec: 4_000 } as const;
/** What pgvector takes: m 2 to 100, ef_construction 4 to 1,000 and twice m at least, ef_search to 1,000. */
const EF_CONSTRUCTION_MAX = 1_000;
export const EF_SEARCH_MAX = 1_000;

/** The defaults of pgvector, but for the effort of searching, which is ours. */
const USUAL = { M: 16, efConstruction: 64, efSearch: 64 } as const;

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

export function planOf(stored: Pick<StoredVectors, 'index' | 'dimension'>): IndexPlan {
  const { index, dimension } = stored;
  const type = index['originals'] === 'f16' ? 'halfvec' : 'vector';
  const asked = index['family'];
  const fits = dimension <= INDEXED_DIMENSION_MAX[type];
  const family = asked === 'ivf' || asked === 'flat' ? asked : fits ? 'hnsw' : 'flat';
  const { M, efConstruction, efSearch } = graphOptionsOf(stored, USUAL);
  return {
    type,
    family,
    M,
    efConstruction: Math.max(2 * M, Math.min(EF_CONSTRUCTION_MAX, efConstruction)),
    efSearch: Math.min(EF_SEARCH_MAX, efSearch),
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
  return describeIndex(stored, optionsOf(plan), plan.reason);
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
const UNDERSTOOD: Understood = {
  auto: ['family'],
  flat: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'originals', 'quantizer'],
  ivf: ['family', 'nlist', 'nprobe', 'originals', 'quantizer'],
};

/** Refuses an index that pgvector does not have, by the options that the caller has named. */
export function requireFit(
  collection: string,
  { fields, dimension, index }: NewCollection,
  read: ReadCollectionOptions,
): void {
  const made = fields ?? [{ dimension, index }];
  for (const [field, { thing, given }] of askedIndexes(collection, read).entries()) {
    const vectors = made[field];
    if (vectors) requireVectorsFit(thing, vectors, given);
  }
}

function requireVectorsFit(
  thing: string,
  made: Pick<StoredVectors, 'dimension' | 'index'>,
  given: GivenIndex,
): void {
  const family = requireUnderstood(
    thing,
    ENGINE,
    given,
    UNDERSTOOD,
    () => 'choose hnsw, ivf or flat, or leave the index out',
  );
  const halve = "give originals: 'f16', which halves the index";
  requireOnly(thing, ENGINE, given, 'quantizer', 'none', halve);
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
