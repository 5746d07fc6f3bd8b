import type { Facet, FacetRequest } from '../../api/facets.ts';
import type { Part } from '../../api/record.ts';
import type { VecinoError } from '../../base/errors.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { Predicate } from '../../filter/predicate.ts';
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
import { unsupported } from '../front/unsupported.ts';
import type { Query } from './client.ts';
import { ENGINE, planOf, scoreOf, searchParamsOf } from './index-plan.ts';
import { listByChange } from './list-by-change.ts';
import { changeOf, type Place, type PointReader, withMetadata } from './point-reader.ts';
import { fieldsOf, rowOf, shownFor, storedFormOf, vectorNameOf } from './points.ts';
import type { RecordWriter } from './record-writer.ts';
import type { Requests } from './requests.ts';

/** What a change of a record needs to know of it. */
const EVERYTHING: readonly Part[] = ['vectors', 'document', 'metadata', 'expiresAt'];

/** Candidates of one search, where Qdrant cannot say all of a filter. */
const CANDIDATES_MAX = 100_000;

/** The records of one namespace of a collection. */
export class RecordPoints implements RecordStore {
  private readonly requests: Requests;
  private readonly place: Place;
  private readonly reader: PointReader;
  private readonly writer: RecordWriter;
  /** Makes sure that the namespace is known, before something is written into it. */
  private readonly makeKnown: () => Promise<void>;
  private readonly changes = new ContendedChanges();

  constructor(
    requests: Requests,
    place: Place,
    reader: PointReader,
    writer: RecordWriter,
    makeKnown: () => Promise<void>,
  ) {
    this.requests = requests;
    this.place = place;
    this.reader = reader;
    this.writer = writer;
    this.makeKnown = makeKnown;
  }

  async add(batch: RecordBatch, now: number): Promise<readonly string[]> {
    const there = await this.idsThere(batch.ids, now);
    if (there.length > 0) return there;
    await this.makeKnown();
    return this.writer.insert(batch, now);
  }

  async upsert(batch: RecordBatch): Promise<void> {
    await this.makeKnown();
    await this.writer.put(batch);
  }

  async replace(
    ids: readonly string[],
    now: number,
    replace: (rows: readonly (RemoteRow | undefined)[]) => RecordBatch,
  ): Promise<void> {
    const thing = `update collection "${this.place.collection.name}"`;
    return this.changes.run(thing, 'changed the same records', async () => {
      const points = await this.reader.points(ids, EVERYTHING, now);
      const batch = replace(points.map((point) => point && this.reader.rowOf(point, EVERYTHING)));
      const isWritten = await this.writer.replace(batch, points.map(changeOf));
      return isWritten ? undefined : DISTURBED;
    });
  }

  async removeIds(ids: readonly string[], now: number): Promise<number> {
    const there = await this.idsThere(ids, now);
    await this.writer.remove(ids);
    return there.length;
  }

  async removeMatches(scope: Scope & { readonly predicate: Predicate }): Promise<number> {
    const asked = await this.reader.asked(scope);
    if (!asked) return 0;
    if (asked.rest) {
      let count = 0;
      for await (const rows of this.reader.scan(scope, [])) {
        await this.writer.remove(rows.map(({ id }) => id));
        count += rows.length;
      }
      return count;
    }
    const count = await this.reader.countPoints(asked.filter);
    // What has expired goes as well.
    const { must_not: _, ...filter } = asked.filter;
    await this.requests.ask((client) => client.delete(this.place.name, { wait: true, filter }));
    return count;
  }

  rows(ids: readonly string[], parts: readonly Part[], now: number): Promise<(RemoteRow | undefined)[]> {
    return this.reader.rows(ids, parts, now);
  }

  count(scope: Scope): Promise<number> {
    return this.reader.count(scope);
  }

  /** Qdrant knows the order of changes. It knows none of texts or mixed values, so that for others all is read. */
  async list(question: ListQuestion): Promise<ListedRow[]> {
    if (question.orderBy === 'seq') return listByChange(this.reader, question);
    return listByScan(question, (parts) => this.reader.scan(question, parts));
  }

  /**
   * The nearest by the index, and where it has found fewer than wanted, by comparing with all that match: a filter
   * may leave so little that walks through the graph miss some.
   */
  async near(question: NearQuestion): Promise<ScoredRow[]> {
    const { collection, name } = this.place;
    const asked = await this.reader.asked(question);
    const stored = fieldsOf(collection)[question.field];
    if (!asked || !stored) return [];
    const { rest } = asked;
    const parts = rest ? withMetadata(question.parts) : question.parts;
    const using = vectorNameOf(stored);
    const plan = planOf(stored);
    const isExact = question.exact || plan.family === 'flat';
    const request: Omit<Query, 'limit' | 'params'> = {
      query: Array.from(storedFormOf(stored, question.vector)),
      filter: this.excluding(asked.filter, question.except),
      ...(using !== undefined && { using }),
      ...shownFor(parts, collection),
    };
    const nearest = async (limit: number, exact: boolean) => {
      const params = searchParamsOf(plan, exact, question.effort);
      return (await this.requests.ask((client) => client.query(name, { ...request, limit, params }))).points;
    };
    const found = await nearMatching(
      { predicate: rest, depth: question.depth },
      Math.max(CANDIDATES_MAX, question.depth),
      async (limit) => {
        let points = await nearest(limit, isExact);
        if (!isExact && points.length < limit) points = await nearest(limit, true);
        const rows = points.map((point) => ({
          ...rowOf(point, parts, collection),
          score: scoreOf(stored.metric, point.score),
        }));
        return rows.sort((a, b) => b.score - a.score || a.seq - b.seq);
      },
    );
    if (!found) throw this.tooFewCandidates(question.depth);
    if (parts === question.parts) return found;
    return found.map(({ metadata: _, ...row }) => row);
  }

  async facets(scope: Scope, requests: readonly Required<FacetRequest>[]): Promise<Record<string, Facet>> {
    return facetsByScan(requests, () => this.reader.scan(scope, ['metadata']));
  }

  private excluding({ must_not = [], ...others }: Query['filter'], ids: readonly string[]): Query['filter'] {
    if (ids.length === 0) return { ...others, must_not };
    return { ...others, must_not: [...must_not, { has_id: this.reader.pointIds(ids) }] };
  }

  /** The ids that have a record. */
  private async idsThere(ids: readonly string[], now: number): Promise<string[]> {
    const rows = await this.reader.rows(ids, [], now);
    return ids.filter((_, i) => rows[i] !== undefined);
  }

  private tooFewCandidates(depth: number): VecinoError {
    return unsupported(
      `search in collection "${this.place.collection.name}"`,
      ENGINE,
      `a filter by the order or a part of texts that fewer than ${depth} of ${CANDIDATES_MAX} candidates pass`,
      'add a condition of equality or numbers, or list with the filter',
    );
  }
}
