import type { Part } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { StoredCollection } from '../../storage/store.ts';
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
import { listByScan } from '../front/list-by-scan.ts';
import { unsupported } from '../front/unsupported.ts';
import type { Catalogue, Shelf } from './catalogue.ts';
import { whereOf } from './filter-where.ts';
import { ENGINE, scoreOf, scoreOfDistance } from './index-plan.ts';
import { listBySeq } from './list-by-seq.ts';
import { type ChromaRow, chromaRows, includeOf, isAlive, rowOf, seqOf } from './record-parts.ts';
import { isMatch, RecordReader } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';
import type { Requests } from './requests.ts';

/** Where filters that Chroma cannot say leave too few, each further question asks for so many times more. */
const DEEPER = 4;

/** What a change of a record needs to know of it. */
const EVERYTHING: readonly Part[] = ['vector', 'document', 'metadata', 'expiresAt'];

/** The records of a collection outside of all namespaces, or in one. */
export class RecordSet implements RecordStore {
  private readonly catalogue: Catalogue;
  private readonly requests: Requests;
  private readonly collection: StoredCollection;
  private readonly namespace: string | undefined;
  private readonly changes = new ContendedChanges();

  constructor(
    catalogue: Catalogue,
    requests: Requests,
    collection: StoredCollection,
    namespace: string | undefined,
  ) {
    this.catalogue = catalogue;
    this.requests = requests;
    this.collection = collection;
    this.namespace = namespace;
  }

  async add(batch: RecordBatch, now: number): Promise<readonly string[]> {
    return this.writing(async (reader, writer) => {
      const old = await reader.byId(batch.ids, ['metadatas']);
      const existing = batch.ids.filter((id) => isThere(old.get(id), now));
      if (existing.length === 0) await writer.put(batch, old);
      return existing;
    });
  }

  async upsert(batch: RecordBatch): Promise<void> {
    await this.writing(async (reader, writer) =>
      writer.put(batch, await reader.byId(batch.ids, ['metadatas'])),
    );
  }

  async replace(
    ids: readonly string[],
    now: number,
    replace: (rows: readonly (RemoteRow | undefined)[]) => RecordBatch,
  ): Promise<void> {
    await this.writing(async (reader, writer) => {
      const old = await reader.byId(ids, includeOf(EVERYTHING));
      await writer.put(replace(ids.map((id) => aliveRow(old.get(id), EVERYTHING, now))), old);
    });
  }

  async removeIds(ids: readonly string[], now: number): Promise<number> {
    return this.removing(async (reader, writer) => {
      const old = await reader.byId(ids, ['metadatas']);
      await writer.remove([...old.keys()]);
      return [...old.values()].filter((row) => isAlive(row, now)).length;
    });
  }

  async removeMatches(scope: Scope & { readonly predicate: Predicate }): Promise<number> {
    return this.removing(async (reader, writer) => {
      let count = 0;
      for await (const rows of reader.scan(scope, [], 'expired too')) {
        await writer.remove(rows.map(({ id }) => id));
        count += rows.filter((row) => isAlive(row, scope.now)).length;
      }
      return count;
    });
  }

  async rows(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(RemoteRow | undefined)[]> {
    const found = await this.reading(new Map<string, ChromaRow>(), (reader) =>
      reader.byId(ids, includeOf(parts)),
    );
    return ids.map((id) => aliveRow(found.get(id), parts, now));
  }

  async count(scope: Scope): Promise<number> {
    return this.reading(0, async (reader) => {
      if (!scope.predicate) return (await reader.count(undefined)) - (await reader.countExpired(scope.now));
      let count = 0;
      for await (const rows of reader.scan(scope, [])) count += rows.length;
      return count;
    });
  }

  async list(question: ListQuestion): Promise<ListedRow[]> {
    return this.reading<ListedRow[]>([], async (reader) => {
      const { orderBy, descending, parts } = question;
      if (orderBy === 'seq' && !descending) return listBySeq(reader, question);
      // Only a page of what is looked at is answered, and metadata suffice to find it.
      const page = await listByScan({ ...question, parts: [] }, async function* (needed) {
        for await (const rows of reader.scan(question, [])) yield rows.map((row) => rowOf(row, needed));
      });
      const found = await reader.byId(
        page.map(({ row }) => row.id),
        includeOf(parts),
      );
      return page.flatMap(({ row: { id }, key }) => {
        const row = found.get(id);
        return row ? [{ row: rowOf(row, parts), key }] : [];
      });
    });
  }

  /**
   * The nearest by the index. What the filter lets pass only in part, and what has expired, is left out here, and more
   * is asked for until there are enough. Where the index ends before, all that match are compared: a graph finds
   * little where a filter leaves little.
   */
  async near(question: NearQuestion): Promise<ScoredRow[]> {
    const { depth, except, effort, exact, predicate } = question;
    if (effort !== undefined) {
      const alternative = 'create the collection with index: { family: "hnsw", efSearch }';
      throw unsupported(`search in ${this.thing}`, ENGINE, 'another efSearch for one search', alternative);
    }
    return this.reading<ScoredRow[]>([], async (reader, { chroma }) => {
      if (exact) return this.compareAll(reader, question);
      const where = whereOf(predicate);
      for (let wanted = depth + except.length; ; wanted *= DEEPER) {
        const rows = await this.nearest(chroma, question, wanted);
        const found = rows.filter(
          ({ row }) => isAlive(row, question.now) && isMatch(row, question) && !except.includes(row.id),
        );
        if (found.length >= depth) return scored(found.slice(0, depth), question.parts);
        if (rows.length === wanted) continue;
        const isAll = rows.length >= (await reader.count(where));
        return isAll ? scored(found, question.parts) : this.compareAll(reader, question);
      }
    });
  }

  private async nearest(
    chroma: Shelf['chroma'],
    { vector, predicate, parts }: NearQuestion,
    nResults: number,
  ): Promise<{ readonly row: ChromaRow; readonly score: number }[]> {
    const where = whereOf(predicate);
    const queryEmbeddings = [Array.from(vector)];
    const include = [...includeOf(parts), 'distances' as const];
    const hits = await this.requests.run(() =>
      chroma.query({ queryEmbeddings, nResults, ...(where && { where }), include }),
    );
    const [ids = [], metadatas = [], documents = [], embeddings = [], distances = []] = [
      hits.ids[0],
      hits.metadatas[0],
      hits.documents[0],
      hits.embeddings[0],
      hits.distances[0],
    ] as const;
    return chromaRows({ ids, metadatas, documents, embeddings }).map((row, i) => ({
      row,
      score: scoreOfDistance(this.collection.metric, distances[i] ?? Number.NaN),
    }));
  }

  /** The nearest of all that match, compared here, because Chroma has no such search: each vector is fetched. */
  private async compareAll(reader: RecordReader, question: NearQuestion): Promise<ScoredRow[]> {
    const { vector, depth, except, parts } = question;
    const best = new FirstInOrder<ScoredRow>(depth, byScore);
    const excluded = new Set(except);
    for await (const rows of reader.scan(question, ['vector'])) {
      for (const row of rows) {
        const [own] = rowOf(row, []).vectors ?? [];
        if (!own || excluded.has(row.id)) continue;
        best.add({ id: row.id, seq: seqOf(row), score: scoreOf(this.collection.metric, vector, own) });
      }
    }
    const found = await reader.byId(
      best.elements.map(({ id }) => id),
      includeOf(parts),
    );
    return best.elements.flatMap(({ id, score }) => {
      const row = found.get(id);
      return row ? [{ ...rowOf(row, parts), score }] : [];
    });
  }

  private get thing(): string {
    return `collection "${this.collection.name}"`;
  }

  /** @param none the answer where nothing was written into the namespace yet, or somebody has dropped it */
  private async reading<T>(none: T, read: (reader: RecordReader, shelf: Shelf) => Promise<T>): Promise<T> {
    const shelf = await this.catalogue.find(this.collection, this.namespace);
    if (!shelf) return none;
    try {
      return await read(this.readerOf(shelf), shelf);
    } catch (error) {
      if (!this.isGone(error)) throw error;
      return none;
    }
  }

  /** Removing makes no namespace. */
  private removing(work: (reader: RecordReader, writer: RecordWriter) => Promise<number>): Promise<number> {
    return this.reading(0, (reader, shelf) => shelf.writes.run(() => work(reader, this.writerOf(shelf))));
  }

  private async writing<T>(work: (reader: RecordReader, writer: RecordWriter) => Promise<T>): Promise<T> {
    return this.changes.run(`write into ${this.thing}`, `dropped namespace "${this.namespace}"`, async () => {
      const shelf = await this.catalogue.findOrMake(this.collection, this.namespace);
      try {
        return await shelf.writes.run(() => work(this.readerOf(shelf), this.writerOf(shelf)));
      } catch (error) {
        if (!this.isGone(error)) throw error;
        // The namespace is made anew.
        return DISTURBED;
      }
    });
  }

  /** Whether somebody has dropped the namespace. */
  private isGone(error: unknown): boolean {
    const isDropped = error instanceof VecinoError && error.code === 'COLLECTION_DROPPED';
    if (isDropped) this.catalogue.forget(this.collection, this.namespace);
    return isDropped && this.namespace !== undefined;
  }

  private readerOf({ chroma }: Shelf): RecordReader {
    return new RecordReader(this.requests, chroma, this.collection.dimension);
  }

  private writerOf({ chroma }: Shelf): RecordWriter {
    return new RecordWriter(this.requests, this.catalogue.rest, chroma, this.catalogue.clock);
  }
}

function byScore(a: ScoredRow, b: ScoredRow): number {
  return b.score - a.score || a.seq - b.seq;
}

function scored(
  found: readonly { readonly row: ChromaRow; readonly score: number }[],
  parts: readonly Part[],
): ScoredRow[] {
  return found.map(({ row, score }) => ({ ...rowOf(row, parts), score })).sort(byScore);
}

function isThere(row: ChromaRow | undefined, now: number): boolean {
  return row !== undefined && isAlive(row, now);
}

function aliveRow(row: ChromaRow | undefined, parts: readonly Part[], now: number): RemoteRow | undefined {
  return row && isAlive(row, now) ? rowOf(row, parts) : undefined;
}
