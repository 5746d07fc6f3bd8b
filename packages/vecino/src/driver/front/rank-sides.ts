import type { Part } from '../../api/record.ts';
import type { SearchQuery } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { type Fused, fuse } from '../../engine/search/fuse.ts';
import type { Side, SideAnswer } from '../../engine/search/legs.ts';
import type { Ranking } from '../../engine/search/ranking.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { ScoredRow } from './backend.ts';
import { nearBest } from './best-score-remote.ts';
import { KnownRows } from './known-rows.ts';
import type { RemoteField } from './remote-field.ts';
import type { RemoteState } from './remote-state.ts';
import type { Place, RemoteQuery, Target } from './resolve-targets.ts';

/** What is asked of the engine in one round. */
export interface Round {
  readonly depth: number;
  readonly predicate: Predicate | undefined;
  readonly except: readonly string[];
}

/** Asks of one side of a query, whatever the round. */
type Ask = (round: Round) => Promise<readonly ScoredRow[]>;

/**
 * The sides of one query, near vectors and with words: each ranks records, in rounds, and the rankings become one. Rows
 * that were met stay known, so that rounds can be compared.
 */
export class Sides {
  readonly known = new KnownRows();
  /** The time by which records have expired, the same in all rounds. */
  readonly now: number;
  private readonly read: RemoteQuery;
  private readonly asking: readonly { readonly leg: Side; readonly ask: Ask }[];

  constructor(state: RemoteState, read: RemoteQuery, { vectors }: Target, parts: readonly Part[]) {
    this.read = read;
    this.now = state.expiry.now();
    const scope = { now: this.now, parts };
    const near = vectors.map((place) => ({
      leg: { kind: 'vector', field: place.field } as const,
      ask: (round: Round) => askNear(state, read.query, place, { ...scope, ...round }),
    }));
    const { words } = read;
    const worded = words && {
      leg: { kind: 'fullText' } as const,
      // Whatever has no term finds nothing.
      ask: async (round: Round) =>
        words.terms.length === 0
          ? []
          : present(await state.records.words?.({ ...scope, ...round, words }), 'a search by words'),
    };
    this.asking = worded ? [...near, worded] : near;
  }

  /** Whether scores are those of a metric, rather than of words or fused. */
  get isOfMetric(): boolean {
    return this.asking.length === 1 && this.asking[0]?.leg.kind === 'vector';
  }

  /** One ranking of what all sides find, of so many records at least if there are. */
  async rank(round: Round): Promise<Fused> {
    const depth = Math.max(round.depth, this.read.fusion?.candidates ?? 0);
    const answers = this.asking.map(async ({ leg, ask }): Promise<SideAnswer> => {
      const rows = await ask({ ...round, depth });
      return { leg, ranking: this.rankingOf(rows, depth) };
    });
    return fuse(await Promise.all(answers), this.read.fusion);
  }

  private rankingOf(rows: readonly ScoredRow[], depth: number): Ranking {
    return {
      slots: Uint32Array.from(rows, (row) => this.known.ordinalOf(row)),
      scores: Float64Array.from(rows, ({ score }) => score),
      isComplete: rows.length < depth,
    };
  }
}

type Scope = Round & { readonly now: number; readonly parts: readonly Part[] };

function askNear(state: RemoteState, query: SearchQuery, place: Place, scope: Scope): Promise<ScoredRow[]> {
  const option = effortOptionOf(state, place.field);
  const effort = option && query[option];
  const question = {
    ...scope,
    field: state.fields.indexOf(place.field),
    vector: place.vector,
    exact: query.exact ?? false,
    effort,
  };
  return place.best ? nearBest(state, question, place.field, place.best) : state.records.near(question);
}

/** The efforts of families, and the one that the index of a field understands. */
const EFFORTS = ['efSearch', 'nprobe', 'probes', 'oversample'] as const;

function effortOptionOf(state: RemoteState, field: RemoteField): (typeof EFFORTS)[number] | undefined {
  const { family } = state.settings.serving(field.stored).serving.options;
  return family === 'hnsw' ? 'efSearch' : family === 'ivf' ? 'nprobe' : undefined;
}

/** Refuses an effort that the index of a field does not understand. */
export function requireEffort(
  state: RemoteState,
  field: RemoteField,
  thing: string,
  query: SearchQuery,
): void {
  const own = effortOptionOf(state, field);
  const foreign = EFFORTS.find((option) => query[option] !== undefined && option !== own);
  if (foreign === undefined || query.exact || own === undefined) return;
  const expected = `${own}, the effort of the index that serves`;
  throw new VecinoError(
    'QUERY_INVALID',
    `${thing}: ${foreign} is an option of another index, expected ${expected}; leave it out, or give exact`,
    { details: { option: foreign, expected: own } },
  );
}
