import { VecinoError } from '../../base/errors.ts';
import { Mutex } from '../../base/mutex.ts';
import type { FetchedRecord, PineconeIndex, PineconeMatch, PineconePage, PineconeRecord } from './client.ts';
import { statusOf } from './failures.ts';
import { EVERYTHING, type Where } from './filter.ts';
import type { Freshness } from './freshness.ts';
import { METADATA_BYTES_MAX } from './record-form.ts';
import type { Requests } from './requests.ts';

/** "Operation limits" of Pinecone's documentation. */
const WRITTEN_MAX = 1_000;
const WRITTEN_BYTES_MAX = 2_000_000;
const REMOVED_MAX = 1_000;
const ANSWER_BYTES_MAX = 4_000_000;
export const TOP_K_MAX = 10_000;

/** Bytes that a number of a vector takes in JSON at most, its comma included. */
const NUMBER_BYTES = 17;
/** Records of one answer when all are read, so that it stays below its limit whatever they hold. */
const PAGE = 100;
/** Ids go into the address of a request, which servers take up to some thousand characters of. */
const FETCHED_MAX = 100;
const FETCHED_LENGTH_MAX = 6_000;
/** Requests of one write at the same time: others want to be served too. */
const WRITES_AT_ONCE = 4;

/** The first pause before the index is asked again how far it is; each is twice as long as the one before. */
const SETTLE_MS = 20;
const SETTLE_MS_MAX = 1_000;

export interface SpaceSettings {
  readonly index: PineconeIndex;
  readonly requests: Requests;
  readonly freshness: Freshness;
  readonly dimension: number;
  readonly timeoutMs: number;
  /** The opening words of messages. */
  readonly thing: string;
  /** Says what a failure comes to where the index may be gone. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** What a query has found. */
export interface Found {
  readonly matches: readonly PineconeMatch[];
  /** Whether there may be more. */
  readonly isCut: boolean;
}

/** One namespace of an index: requests within Pinecone's limits, which see what was written before. */
export class Space {
  /** Writes that look before they write, one after another. */
  readonly turn = new Mutex();
  private readonly settings: SpaceSettings;

  constructor(settings: SpaceSettings) {
    this.settings = settings;
  }

  /** Writes records, in several requests where one would be too large. */
  async write(records: readonly PineconeRecord[]): Promise<void> {
    const batches = this.batchesOf(records).values();
    let hasFailed = false;
    const work = async () => {
      for (const batch of batches) {
        if (hasFailed) return;
        await this.ask(({ index }) => index.upsert({ records: batch })).catch((error: unknown) => {
          hasFailed = true;
          throw error;
        });
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: WRITES_AT_ONCE }, work));
    const failure = ends.find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += REMOVED_MAX) {
      await this.ask(({ index }) => index.deleteMany({ ids: ids.slice(from, from + REMOVED_MAX) }));
    }
  }

  /** Records by their ids in Pinecone. */
  async fetch(ids: readonly string[]): Promise<ReadonlyMap<string, FetchedRecord>> {
    const found = new Map<string, FetchedRecord>();
    await this.settle();
    for (const some of fetchesOf(ids)) {
      const { records } = await this.ask(({ index }) => index.fetch({ ids: some }));
      for (const [id, record] of Object.entries(records)) found.set(id, record);
    }
    return found;
  }

  /** The nearest, with their metadata. */
  async query(
    vector: Float32Array,
    topK: number,
    filter: Where | undefined,
    includeValues: boolean,
  ): Promise<Found> {
    await this.settle();
    const query = { vector: Array.from(vector), topK, ...(filter && { filter }) };
    try {
      const { matches } = await this.ask(({ index }) =>
        index.query({ ...query, includeMetadata: true, includeValues }),
      );
      return { matches, isCut: matches.length >= topK };
    } catch (error) {
      // Whatever would make too large an answer is fetched in pieces.
      const bytes = topK * (METADATA_BYTES_MAX + (includeValues ? vector.length * NUMBER_BYTES : 0));
      if (statusOf(error) !== 400 || bytes <= ANSWER_BYTES_MAX) throw error;
      const { matches } = await this.ask(({ index }) => index.query({ ...query, ...ONLY_IDS }));
      const records = await this.fetch(matches.map(({ id }) => id));
      return {
        // Whoever was removed meanwhile is no match any more.
        matches: matches.flatMap(({ id, score }) => {
          const record = records.get(id);
          return record ? [{ ...record, score }] : [];
        }),
        isCut: matches.length >= topK,
      };
    }
  }

  /** How many match, up to `TOP_K_MAX`. */
  async countSome(filter: Where): Promise<number> {
    await this.settle();
    const { matches } = await this.ask(({ index }) =>
      index.query({ vector: this.anyVector(), topK: TOP_K_MAX, filter, ...ONLY_IDS }),
    );
    return matches.length;
  }

  /** Some of the records that match, and where to go on. */
  async page(filter: Where = EVERYTHING, paginationToken?: string): Promise<PineconePage> {
    await this.settle();
    return this.ask(({ index }) =>
      index.fetchByMetadata({
        filter,
        limit: PAGE,
        ...(paginationToken !== undefined && { paginationToken }),
      }),
    );
  }

  /** All records that match. */
  async *pages(filter?: Where): AsyncGenerator<readonly FetchedRecord[]> {
    let token: string | undefined;
    do {
      const page = await this.page(filter, token);
      yield Object.values(page.records);
      token = page.pagination?.next || undefined;
    } while (token !== undefined);
  }

  /** A call of the client, whose failure is explained. */
  async ask<T>(call: (settings: SpaceSettings) => Promise<T>): Promise<T> {
    try {
      return await this.settings.requests.ask(() => call(this.settings));
    } catch (error) {
      throw await this.settings.explain(error);
    }
  }

  /** Waits until the index has seen what this database has written. */
  async settle(): Promise<void> {
    const { freshness, requests, timeoutMs, thing } = this.settings;
    if (!freshness.isBehind) return;
    const end = performance.now() + timeoutMs;
    for (let pause = SETTLE_MS; ; pause = Math.min(SETTLE_MS_MAX, pause * 2)) {
      await this.ask(({ index }) => index.query({ vector: this.anyVector(), topK: 1, ...ONLY_IDS }));
      if (!freshness.isBehind) return;
      if (performance.now() + pause > end) {
        throw new VecinoError(
          'REMOTE_TIMED_OUT',
          `${thing}: Pinecone has not indexed in ${timeoutMs} ms what was written; try again, or raise connection.timeoutMs`,
          { details: { expected: timeoutMs } },
        );
      }
      await requests.rest(pause);
    }
  }

  private anyVector(): number[] {
    return Array.from({ length: this.settings.dimension }, (_, i) => (i === 0 ? 1 : 0));
  }

  private batchesOf(records: readonly PineconeRecord[]): PineconeRecord[][] {
    const batches: PineconeRecord[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const record of records) {
      const own =
        record.values.length * NUMBER_BYTES +
        Buffer.byteLength(JSON.stringify([record.id, record.metadata])) +
        FRAME_BYTES;
      const last = batches.at(-1);
      if (last && last.length < WRITTEN_MAX && bytes + own <= WRITTEN_BYTES_MAX) {
        last.push(record);
        bytes += own;
      } else {
        batches.push([record]);
        bytes = FRAME_BYTES + own;
      }
    }
    return batches;
  }
}

const ONLY_IDS = { includeMetadata: false, includeValues: false } as const;

/** What stands around a record in a request, and around all of them: the names of fields, braces, the namespace. */
const FRAME_BYTES = 1_024;

function fetchesOf(ids: readonly string[]): string[][] {
  const fetches: string[][] = [];
  let length = 0;
  for (const id of ids) {
    const own = encodeURIComponent(id).length + '&ids='.length;
    const last = fetches.at(-1);
    if (last && last.length < FETCHED_MAX && length + own <= FETCHED_LENGTH_MAX) {
      last.push(id);
      length += own;
    } else {
      fetches.push([id]);
      length = own;
    }
  }
  return fetches;
}
