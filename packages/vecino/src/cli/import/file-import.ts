import type { VecinoError } from '../../base/errors.ts';
import { interrupted } from '../interrupt.ts';
import { recordsOf } from '../namespace.ts';
import { counted } from '../text/units.ts';
import { type FileRecord, type Reading, readRecords } from './file-records.ts';
import type { ImportTarget } from './import-target.ts';
import type { InputFile } from './input-file.ts';
import { type Checkpoint, type ImportJournal, startCheckpoint } from './journal.ts';
import { storeBatch } from './record-store.ts';
import { faultError, type RowFault } from './row-faults.ts';

export interface ImportSettings {
  /** Records of one transaction; where absent, fewer if their texts are to be embedded. */
  readonly batchMax: number | undefined;
  readonly skipBad: boolean;
  /** Import also what was imported before. */
  readonly again: boolean;
  readonly signal: AbortSignal;
}

/** Hears how far the import of a file is: bytes read, records stored. */
export interface ImportWatcher {
  /** An earlier run had come so far. */
  readonly resumed: (bytes: number, records: number) => void;
  /** Called now and then. */
  readonly advanced: (bytes: number, records: number) => void;
}

export interface FileOutcome {
  readonly file: string;
  /** Records stored, by this run and the interrupted ones before it. */
  readonly records: number;
  readonly skipped: number;
  /** Records that an interrupted run had stored before. */
  readonly resumedAfter: number;
  /** The whole file was imported before and has not changed since. */
  readonly before: boolean;
  /** The first bad rows of this run. */
  readonly faults: readonly RowFault[];
}

const BATCH_RECORDS = 1_000;
/** A few seconds of embedding: what a Ctrl-C costs at most, and how often the progress moves. */
const BATCH_TEXTS = 128;
/** Often enough for the eye, too rarely to cost anything. */
const ROWS_A_LOOK = 100;
const FAULTS_KEPT = 5;

/** The import of one file: records to batches, each batch one transaction and then a note in the journal. */
export class FileImport {
  private readonly file: InputFile;
  private readonly target: ImportTarget;
  private readonly journal: ImportJournal | undefined;
  private readonly reading: Reading;
  private readonly settings: ImportSettings;
  private readonly watcher: ImportWatcher;
  private readonly faults: RowFault[] = [];
  private batch: FileRecord[] = [];
  /** Everything up to here is durable. */
  private durable: Checkpoint;
  private lastId: string | null = null;
  private lastNamespace: string | undefined;
  /** Records that the database refused in this run; checkpoints were made before anybody knew. */
  private refused = 0;

  /** @param journal absent where the input cannot be read a second time */
  constructor(
    file: InputFile,
    reading: Reading,
    target: ImportTarget,
    journal: ImportJournal | undefined,
    settings: ImportSettings,
    watcher: ImportWatcher,
  ) {
    this.file = file;
    this.reading = reading;
    this.target = target;
    this.journal = journal;
    this.settings = settings;
    this.watcher = watcher;
    this.durable = startCheckpoint(file.path);
  }

  async run(): Promise<FileOutcome> {
    const before = await this.takeUp();
    const resumedAfter = before ? 0 : this.durable.records;
    try {
      if (!before) await this.importRest();
    } catch (error) {
      throw this.settings.signal.aborted ? this.interruption() : error;
    }
    const { records, skipped } = this.durable;
    return { file: this.file.name, records, skipped, resumedAfter, before, faults: this.faults };
  }

  /**
   * Goes on where the journal says that an earlier run stopped; true where that was the end. Its word holds only
   * as long as the last record that it knows of is still there.
   */
  private async takeUp(): Promise<boolean> {
    const { collection } = this.target;
    if (this.settings.again || collection === undefined || this.file.identity === undefined) return false;
    const entry = await this.journal?.read(this.file.identity);
    if (entry === undefined) return false;
    const records = recordsOf(collection, entry.lastNamespace);
    if (entry.lastId !== null && (await records.get(entry.lastId, [])) === undefined) return false;
    this.durable = entry.checkpoint;
    this.lastId = entry.lastId;
    this.lastNamespace = entry.lastNamespace;
    this.watcher.resumed(entry.checkpoint.end.byte, entry.checkpoint.records);
    return entry.done;
  }

  private async importRest(): Promise<void> {
    const { signal } = this.settings;
    const advanced = () => this.watcher.advanced(seen.end.byte, this.durable.records);
    let seen = this.durable;
    let rows = 0;
    for await (const item of readRecords(this.file, this.reading, seen, signal)) {
      seen = item.checkpoint;
      if (item.kind === 'record') this.batch.push(item);
      else await this.passOver(item.fault, item.fatal);
      if (this.batch.length >= this.batchMax()) await this.storeAll();
      if (++rows % ROWS_A_LOOK === 0) advanced();
    }
    await this.storeAll();
    await this.note(seen, true);
    advanced();
  }

  private batchMax(): number {
    const first = this.batch[0]?.record;
    const embeds = first?.vector === undefined && first?.vectors === undefined;
    return this.settings.batchMax ?? (embeds ? BATCH_TEXTS : BATCH_RECORDS);
  }

  private async storeAll(): Promise<void> {
    const { batch } = this;
    this.batch = [];
    await storeBatch(this.target, batch, {
      stored: (checkpoint, lastId, lastNamespace) => {
        this.lastId = lastId;
        this.lastNamespace = lastNamespace;
        return this.note(checkpoint, false);
      },
      refused: (record, error) => this.refuse(record, error),
    });
    this.settings.signal.throwIfAborted();
  }

  private async note(checkpoint: Checkpoint, done: boolean): Promise<void> {
    const { end, ids, records, skipped } = checkpoint;
    this.durable = { end, ids, records: records - this.refused, skipped: skipped + this.refused };
    const { identity } = this.file;
    if (identity === undefined) return;
    const { lastId, lastNamespace, durable } = this;
    await this.journal?.write({ file: identity, checkpoint: durable, lastId, lastNamespace, done });
  }

  private async passOver(fault: RowFault, fatal: boolean): Promise<void> {
    if (!this.settings.skipBad || fatal) {
      await this.storeAll();
      throw faultError(fault, this.durable.records);
    }
    this.keep(fault);
  }

  private refuse({ line }: FileRecord, error: VecinoError): void {
    const { code, message, details } = error;
    const fault = { file: this.file.name, line, code, problem: message, details };
    if (!this.settings.skipBad) throw faultError(fault, this.durable.records);
    this.refused++;
    this.keep(fault);
  }

  private keep(fault: RowFault): void {
    if (this.faults.length < FAULTS_KEPT) this.faults.push(fault);
  }

  private interruption(): VecinoError {
    const { records } = this.durable;
    const how = this.journal === undefined ? '' : '; the same command goes on from there';
    return interrupted(`interrupted: ${counted(records, 'record')} of ${this.file.name} are stored${how}`, {
      file: this.file.name,
      records,
    });
  }
}
