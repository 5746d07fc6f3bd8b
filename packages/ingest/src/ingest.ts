import { estimateTokens } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { chunkText } from './chunk/chunk.ts';
import type { CountTokens } from './chunk/units.ts';
import { type CompleteOptions, type IngestOptions, readIngestOptions, type SourceFault } from './options.ts';
import { readBytes } from './read/formats.ts';
import { findSources } from './source/find-sources.ts';
import { LoadsAhead } from './source/loads-ahead.ts';
import type { Loaded, Source, SourceRoot } from './source/source.ts';
import { hashOf, type Ingested, type PassageRecord, passagesOf } from './store/passage.ts';
import { type Changes, PassageWriter } from './store/passage-writer.ts';
import {
  type Passages,
  passageIds,
  type StoredSource,
  storedSources,
  UNFINISHED,
} from './store/stored-sources.ts';

/** What an ingestion has done. */
export interface IngestReport {
  readonly sources: {
    /** Read for the first time. */
    readonly added: number;
    /** Read again, because they or the options have changed. */
    readonly changed: number;
    /** As they were. */
    readonly unchanged: number;
    /** Not there any more. */
    readonly vanished: number;
    /** Not ingested, see `faults`; what is stored of them stays. */
    readonly failed: number;
    /** Files in folders whose format is not read. */
    readonly ignored: number;
  };
  readonly records: {
    /** Embedded and stored. */
    readonly stored: number;
    /** Their text was there already; only where it lies was written. */
    readonly kept: number;
    readonly removed: number;
  };
  readonly faults: readonly SourceFault[];
}

/** Changes with the way in which texts become passages: sources are then read again. */
const READING_VERSION = 1;

type Outcome = 'added' | 'changed' | 'unchanged' | 'failed';

/**
 * Stores the texts of folders, files, patterns and lists of addresses (`@list.txt`) as passages, and brings the
 * collection up to date when it is called again: what has not changed since (size and time, then a hash of the
 * content) is not read, passages that are still there are not embedded again, and records of sources that have
 * vanished are removed, of these roots only. A source that cannot be read is a fault in the report and holds up
 * nothing else.
 *
 * @param passages a collection with an embedding, or a namespace of one
 * @throws INPUT_UNREADABLE where a name stands for nothing; EMBEDDING_FAILED and what else the collection throws (all
 * that was stored before stays, and the next call goes on from there); CANCELLED by `signal`; the errors of the options
 *
 * @example
 * ```ts
 * const handbook = await db.collection('handbook', { embedding, fullText: true });
 * const { sources, faults } = await ingest(handbook, './docs', { embedding });
 * for (const { source, error } of faults) console.warn(source, error.message);
 * ```
 */
export async function ingest(
  passages: Passages,
  names: string | readonly string[],
  options?: IngestOptions,
): Promise<IngestReport> {
  const complete = readIngestOptions(options);
  const roots: SourceRoot[] = [];
  for (const name of typeof names === 'string' ? [names] : names)
    roots.push(await findSources(name, complete));
  return new Ingestion(passages, complete, roots).run();
}

class Ingestion {
  private readonly passages: Passages;
  private readonly options: CompleteOptions;
  private readonly roots: readonly SourceRoot[];
  private readonly writer: PassageWriter;
  private readonly countTokens: CountTokens;
  private readonly settings: string;
  private readonly counts = { added: 0, changed: 0, unchanged: 0, vanished: 0, failed: 0 };
  private readonly faults: SourceFault[] = [];
  private readonly total: number;
  private readonly bytesTotal: number;
  private bytes = 0;
  /** Ends what is being loaded ahead when all has ended. */
  private readonly ended = new AbortController();

  constructor(passages: Passages, options: CompleteOptions, roots: readonly SourceRoot[]) {
    const { embedding, size, overlap, metadata, batch } = options;
    this.passages = passages;
    this.options = options;
    this.roots = roots;
    const sources = roots.flatMap((root) => root.sources);
    this.total = sources.length;
    this.bytesTotal = sources.reduce((sum, { size }) => sum + size, 0);
    this.writer = new PassageWriter(passages, batch, metadata);
    this.countTokens =
      embedding?.countTokens === undefined
        ? (texts) => texts.map(estimateTokens)
        : (texts) => embedding.countTokens?.(texts) ?? [];
    const tokenizer = embedding?.countTokens === undefined ? 'estimate' : embedding.name;
    this.settings = JSON.stringify([READING_VERSION, size, overlap, tokenizer, metadata]);
  }

  async run(): Promise<IngestReport> {
    try {
      for (const root of this.roots) await this.bringUpToDate(root);
      await this.writer.finish();
    } catch (error) {
      // What is being written ends first, so that nothing happens any more once the caller knows of the failure.
      await this.writer.settled();
      throw this.options.signal?.aborted ? cancelled(this.writer.written.put, error) : error;
    } finally {
      this.ended.abort();
    }
    const { put: stored, moved: kept, removed } = this.writer.written;
    const ignored = this.roots.reduce((sum, root) => sum + root.ignored, 0);
    return {
      sources: { ...this.counts, ignored },
      records: { stored, kept, removed },
      faults: this.faults,
    };
  }

  private async bringUpToDate({ root, sources, atOnce }: SourceRoot): Promise<void> {
    const stored = await storedSources(this.passages, root);
    const signals = [this.ended.signal, this.options.signal].filter((signal) => signal !== undefined);
    const loads = new LoadsAhead(sources, atOnce, (source) =>
      source.load(this.wholeOf(stored.get(source.name))?.version, AbortSignal.any(signals)),
    );
    for (const source of sources) {
      this.options.signal?.throwIfAborted();
      const loading = loads.take();
      const known = stored.get(source.name);
      stored.delete(source.name);
      this.counts[await this.take(root, source, known, loading)]++;
      this.bytes += source.size;
      this.tell(source);
    }
    if (this.options.keepVanished) return;
    for (const name of stored.keys()) {
      await this.writer.add({ remove: await passageIds(this.passages, root, name) });
    }
    this.counts.vanished += stored.size;
  }

  /** What was read of a source, where that is what would be read of it now. */
  private wholeOf(known: StoredSource | undefined): Ingested | undefined {
    return known?.whole?.settings === this.settings ? known.whole : undefined;
  }

  private async take(
    root: string,
    source: Source,
    known: StoredSource | undefined,
    loading: Promise<Loaded | undefined>,
  ): Promise<Outcome> {
    let changes: Changes | undefined;
    try {
      changes = await this.changesOf(root, source, known, loading);
    } catch (error) {
      if (this.options.signal?.aborted || !(error instanceof VecinoError)) throw error;
      this.report(source, error);
      return 'failed';
    }
    if (changes === undefined) return 'unchanged';
    await this.writer.add(changes);
    if (changes.put === undefined) return 'unchanged';
    return known === undefined ? 'added' : 'changed';
  }

  /** What is to be written of a source; undefined where it is as it was. */
  private async changesOf(
    root: string,
    source: Source,
    known: StoredSource | undefined,
    loading: Promise<Loaded | undefined>,
  ): Promise<Changes | undefined> {
    const whole = this.wholeOf(known);
    const loaded = await loading;
    if (loaded === undefined) return undefined;
    const { version, modified } = loaded;
    const ingested = { root, hash: hashOf(loaded.bytes), version, settings: this.settings };
    // The content is what it was under another time: only that is written, so that it need not be read next time.
    if (known !== undefined && whole?.hash === ingested.hash) {
      return { note: { id: known.firstId, metadata: { ingested, ...(modified && { modified }) } } };
    }
    const stored =
      known === undefined ? new Set<string>() : await passageIds(this.passages, root, source.name);
    const records = await this.passagesIn(source.name, loaded, { ...ingested, version: UNFINISHED });
    const [first] = records;
    if (first === undefined) {
      await this.writer.add({ remove: stored });
      throw new VecinoError('INPUT_MALFORMED', 'there is no text in it');
    }
    const ids = new Set(records.map(({ id }) => id));
    const isStored = ({ id }: PassageRecord) => stored.has(id);
    return {
      put: records.filter((record) => !isStored(record)),
      // The passage that was the first is perhaps another one now.
      move: records
        .filter(isStored)
        .map(({ id, metadata }) => ({ id, metadata: { ingested: undefined, ...metadata } })),
      remove: [...stored].filter((id) => !ids.has(id)),
      note: { id: first.id, metadata: { ingested } },
    };
  }

  private async passagesIn(
    name: string,
    { bytes, format, modified }: Loaded,
    ingested: Ingested,
  ): Promise<PassageRecord[]> {
    const reading = await readBytes(bytes, format);
    const chunks = await chunkText(reading, name, this.options, this.countTokens);
    return passagesOf(reading, chunks, { name, ingested, ...(modified !== undefined && { modified }) });
  }

  private report({ name: source }: Source, error: VecinoError): void {
    const fault = { source, error };
    this.faults.push(fault);
    this.options.onFault?.(fault);
  }

  private tell({ name: source }: Source): void {
    const { added, changed, unchanged, failed } = this.counts;
    this.options.onProgress?.({
      source,
      sources: added + changed + unchanged + failed,
      total: this.total,
      bytes: this.bytes,
      bytesTotal: this.bytesTotal,
      records: this.writer.written.put,
    });
  }
}

function cancelled(stored: number, cause: unknown): VecinoError {
  return new VecinoError(
    'CANCELLED',
    `ingest: cancelled after ${stored === 1 ? '1 record was' : `${stored} records were`} stored; the same call goes on from there`,
    { details: { records: stored }, cause },
  );
}
