import {
  ANOMALIES_QUERY_OPTIONS,
  ANOMALY_QUERY_OPTIONS,
  type AnomaliesQuery,
  type Anomaly,
  type AnomalyOptions,
  type AnomalyQuery,
  type AnomalyScore,
} from '../../api/anomaly.ts';
import type { AnyMetadata } from '../../api/metadata.ts';
import { present } from '../../base/assert.ts';
import { readOptions } from '../../base/options.ts';
import { chooseField } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { partsOf, readParts } from '../record-view.ts';
import { requireOwnEffort } from '../search/query-effort.ts';
import { readQuery } from '../search/read-query.ts';
import { resolveLegs } from '../search/resolve-legs.ts';
import { AnomalyModel } from './anomaly-model.ts';
import { Course } from './course.ts';
import { requireDistances } from './distance-of.ts';
import { Subjects } from './subjects.ts';

/** Models kept: one for each filter and number of neighbours that programs ask with. */
const KEPT = 4;

/** Judges how unusual records and new vectors are among those of one collection. */
export class AnomalyDetector {
  private readonly state: CollectionState;
  /** By what they were made of, the latest used last. */
  private readonly models = new Map<string, Promise<AnomalyModel>>();

  constructor(state: CollectionState) {
    this.state = state;
  }

  /** The most unusual records. */
  async anomalies(input: unknown): Promise<Anomaly<AnyMetadata>[]> {
    const thing = `anomalies in ${this.state.thing}`;
    const query = readOptions<AnomaliesQuery>(
      thing,
      ANOMALIES_QUERY_OPTIONS,
      input as AnomaliesQuery | undefined,
    );
    const parts = readParts(this.state, thing, query.include);
    const { limit = ANOMALIES_QUERY_OPTIONS.limit.default, minScore = 0 } = query;
    // Whoever asks about the records wants to know of those that are there now.
    const model = await this.model(thing, query, { mayBeOlder: false });
    const method = methodOf(query);
    const ranked = await model.ranked(method);
    const anomalies: Anomaly<AnyMetadata>[] = [];
    for (let from = 0; from < ranked.length && anomalies.length < limit; from += limit) {
      const some = ranked.slice(from, from + limit);
      const rows = await model.subjects.rowsInSlices(some, parts);
      for (const [i, ordinal] of some.entries()) {
        const [row, measures] = [rows[i], model.scoreOf(method, ordinal)];
        // Those that follow are no more unusual.
        if (measures.score < minScore) return anomalies;
        if (row && anomalies.length < limit)
          anomalies.push({ id: row.id, ...measures, ...partsOf(this.state, row) });
      }
    }
    return anomalies;
  }

  /** How unusual one vector is. */
  async anomaly(input: unknown): Promise<AnomalyScore> {
    const thing = `anomaly in ${this.state.thing}`;
    const query = readOptions<AnomalyQuery>(thing, ANOMALY_QUERY_OPTIONS, input as AnomalyQuery);
    const { vector, text, id } = query;
    const asking = {
      ...(vector !== undefined && { vector }),
      ...(text !== undefined && { text }),
      ...(id !== undefined && { id }),
      ...(query.field !== undefined && { field: query.field }),
    };
    const read = readQuery(this.state, thing, asking, requireOwnEffort);
    requireDistances(thing, chooseField(this.state, thing, query.field).metric);
    const [asked] = await resolveLegs(this.state, [read]);
    const { legs, except } = present(asked, 'what to judge');
    const model = await this.model(thing, query, { mayBeOlder: true });
    const near = legs.find((leg) => leg.kind === 'vector');
    return model.judge(thing, present(near, 'a vector').vector, except[0], methodOf(query));
  }

  /** A model that was made of these records: a new one where too many have changed since. */
  private async model(
    thing: string,
    options: AnomalyOptions,
    { mayBeOlder }: { mayBeOlder: boolean },
  ): Promise<AnomalyModel> {
    const field = chooseField(this.state, thing, options.field);
    const state = this.state.of(field);
    requireDistances(thing, field.metric);
    const { filter, exact, recall } = options;
    const neighbours = options.neighbours ?? ANOMALY_QUERY_OPTIONS.neighbours.default;
    const predicate = filter === undefined ? undefined : state.filter.parse(thing, filter);
    const course = new Course(state, thing, options);
    const subjects = await Subjects.gather(state, predicate);
    subjects.require(thing, neighbours + 1, 'give fewer neighbours');

    const key = JSON.stringify([field.vectorSet, filter ?? null, neighbours, exact ?? false, recall ?? null]);
    const known = await this.models.get(key)?.catch(() => undefined);
    const serves = known && (mayBeOlder ? known.isLike(subjects) : known.isOf(subjects));
    const model = serves
      ? Promise.resolve(known)
      : AnomalyModel.learn(
          state,
          subjects,
          neighbours,
          { ...(exact && { exact }), ...(recall && { recall }) },
          course,
        );
    this.keep(key, model);
    return model;
  }

  private keep(key: string, model: Promise<AnomalyModel>): void {
    this.models.delete(key);
    this.models.set(key, model);
    // One that failed or was ended is no model.
    model.catch(() => {
      if (this.models.get(key) === model) this.models.delete(key);
    });
    if (this.models.size > KEPT) this.models.delete(this.models.keys().next().value ?? '');
  }
}

function methodOf({ method }: AnomalyOptions): NonNullable<AnomalyOptions['method']> {
  return method ?? ANOMALY_QUERY_OPTIONS.method.default;
}
