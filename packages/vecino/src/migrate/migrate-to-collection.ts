import type { MigrationVerification } from '../api/migration.ts';
import { VecinoError } from '../base/errors.ts';
import { CollectionEnd } from './collection-end.ts';
import { compareEnds } from './compare.ts';
import { copyRecords } from './copy.ts';
import { type Done, type Job, rateOf } from './job.ts';
import type { JournalEntry } from './journal.ts';
import { hold } from './open-ends.ts';
import type { PreparedTarget } from './prepare.ts';
import { withVector } from './record.ts';
import { verifyEnds } from './verify.ts';

type CollectionTarget = Extract<PreparedTarget, { readonly kind: 'collection' }>;

/** How often what was found to be missing or different is copied anew. */
const MENDINGS = 2;

/** Copies a source into a collection, follows what changes meanwhile, and compares. */
export async function migrateToCollection(job: Job, target: CollectionTarget): Promise<Done> {
  const { persistence } = job.work;
  await using held = await hold(target.read, {}, persistence);
  const { database } = held;
  const { name, options } = target;
  // Opened where it is there: an answer that was lost on its way must not make the second attempt fail.
  if (options) await persistence.run(() => database.collection(name, options));
  const end = await CollectionEnd.open(database, name, persistence);
  // Awaited here: what is held is let go when this returns.
  return await new CollectionMigration(job, end).run();
}

class CollectionMigration {
  private readonly job: Job;
  private readonly target: CollectionEnd;
  private entry: JournalEntry;
  private written = 0;
  private removed = 0;

  constructor(job: Job, target: CollectionEnd) {
    this.job = job;
    this.target = target;
    const { source, entry } = job.prepared;
    this.entry = entry ?? { source: source.identity, stage: 'copying', records: 0 };
  }

  async run(): Promise<Done> {
    const { job } = this;
    const began = performance.now();
    await this.begin();
    if (this.entry.stage === 'copying') await this.copy();
    await this.follow();
    const rate = rateOf(this.written, began);
    await this.settle();
    const verification = job.skipVerification ? undefined : await this.verify();
    const { written, removed } = this;
    return { written, removed, ...rate, ...(verification && { verification }) };
  }

  /** Notes the begin: that this target is ours, and which of the source's changes come after it. */
  private async begin(): Promise<void> {
    const { opened, prepared } = this.job;
    if (!prepared.entry) {
      const followed = await opened.collection?.latestChange();
      if (followed !== undefined) this.entry = { ...this.entry, followed };
    }
    this.note({});
    await prepared.journal?.flush();
  }

  private async copy(): Promise<void> {
    const { prepared, writers, batch, work } = this.job;
    try {
      this.written += await copyRecords(
        {
          source: prepared.source,
          write: ({ namespace, records }) => this.target.write(namespace, records),
          ...{ writers, batch, from: this.entry.position, before: this.entry.records },
          acknowledged: (position, records, last) => this.note({ position, records, ...(last && { last }) }),
        },
        work,
      );
      this.note({ stage: 'following' });
    } finally {
      await prepared.journal?.flush();
    }
  }

  /** Brings what the source has changed and removed since the begin, or since the last time. */
  private async follow(): Promise<void> {
    const { opened, signal, verifying, work, prepared } = this.job;
    const { followed } = this.entry;
    const latest = await opened.collection?.latestChange();
    if (!opened.collection || followed === undefined || latest === undefined || latest === followed) return;
    work.pace.begin('following', undefined);
    try {
      for await (const { namespace, puts, removes } of opened.collection.changes(followed, signal)) {
        const { field } = verifying;
        const records =
          field === undefined ? puts : puts.flatMap((record) => withVector(record, field) ?? []);
        const kept = new Set(records.map(({ id }) => id));
        const gone = [...removes, ...puts.map(({ id }) => id).filter((id) => !kept.has(id))];
        await this.target.write(namespace, records);
        this.removed += await this.target.remove(namespace, gone);
        this.written += records.length;
        work.pace.advance(puts.length + removes.length);
      }
    } catch (error) {
      // What was removed meanwhile the comparison tells, as extra records.
      if (!(error instanceof VecinoError) || error.code !== 'CHANGES_FORGOTTEN') throw error;
    }
    work.pace.end();
    this.note({ followed: latest });
    await prepared.journal?.flush();
  }

  private async settle(): Promise<void> {
    const { pace } = this.job.work;
    pace.begin('indexing', undefined);
    await this.target.settle((records, total) => pace.reach(records, total), this.job.signal);
    pace.end();
  }

  /**
   * Compares, and copies anew what the target lacks: what has changed while both sides were read, and where the engine does not
   * tell its changes, what has changed since the begin. What the target has more than the source stays: it may be that
   * somebody writes to it already.
   */
  private async verify(): Promise<MigrationVerification> {
    const { prepared, opened, verifying, work } = this.job;
    const ends = {
      source: prepared.source,
      target: this.target,
      searchable: { source: opened.collection, target: this.target },
    };
    for (let mending = 0; ; mending++) {
      const verification = await verifyEnds(ends, verifying, work);
      const { missing, different } = verification.differing;
      const canMend = opened.collection !== undefined && missing + different > 0;
      if (verification.equal || !canMend || mending === MENDINGS) return verification;
      await this.follow();
      await this.mend(verification);
    }
  }

  private async mend({ vectors: precision }: MigrationVerification): Promise<void> {
    const { source } = this.job.prepared;
    const comparison = {
      ...{ parts: source.parts, precision, max: 0, countsExtras: false },
      onLacking: async (namespace: string | undefined, records: Parameters<CollectionEnd['write']>[1]) => {
        await this.target.write(namespace, records);
        this.written += records.length;
      },
    };
    await compareEnds(source, this.target, comparison, this.job.work.pace);
  }

  private note(change: Partial<JournalEntry>): void {
    this.entry = { ...this.entry, ...change };
    this.job.prepared.journal?.note(this.entry);
  }
}
