import { keyOf, type MigratedRecord, type Page, type Position } from './record.ts';

/** Hears when everything up to a position is durable at the target. */
type Acknowledge = (position: Position, records: number, last: LastRecord | undefined) => void;

export interface LastRecord {
  readonly namespace: string | null;
  readonly id: string;
}

/** A page that is being written, in the order in which pages were read. */
interface Sent {
  readonly position: Position;
  readonly records: number;
  readonly last: LastRecord | undefined;
  isDone: boolean;
}

/**
 * Writes pages, several at the same time. The reader waits while all writers are at work, so that no more than their pages
 * and one more lie in memory. Whichever is done first, what is acknowledged is always a beginning of what was read: a
 * position is told when all pages before it are durable.
 */
export class Pipeline {
  private readonly write: (page: Page) => Promise<void>;
  private readonly writers: number;
  private readonly acknowledge: Acknowledge;
  private readonly running = new Set<Promise<void>>();
  private readonly sent: Sent[] = [];
  /** Records that are being written, by key, and the write that has them. */
  private readonly underWay = new Map<string, Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  constructor(write: (page: Page) => Promise<void>, writers: number, acknowledge: Acknowledge) {
    this.write = write;
    this.writers = writers;
    this.acknowledge = acknowledge;
  }

  /** Resolves when the write has begun. Throws what an earlier one has failed with. */
  async submit(page: Page): Promise<void> {
    const { namespace, position } = page;
    const records = latestOfEachId(page.records);
    const keys = records.map(({ id }) => keyOf(namespace, id));
    // A record that changes while it is copied comes again: the later must not be overtaken by the earlier.
    const before = new Set(keys.flatMap((key) => this.underWay.get(key) ?? []));
    await Promise.all(before);
    while (this.running.size >= this.writers) await Promise.race(this.running);
    this.requireSound();
    const last = records.at(-1);
    const sent: Sent = {
      position,
      records: page.records.length,
      last: last && { namespace: namespace ?? null, id: last.id },
      isDone: false,
    };
    this.sent.push(sent);
    const run = this.run({ ...page, records }, sent).finally(() => {
      this.running.delete(run);
      for (const key of keys) if (this.underWay.get(key) === run) this.underWay.delete(key);
    });
    this.running.add(run);
    for (const key of keys) this.underWay.set(key, run);
  }

  /** Resolves when nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.all(this.running);
  }

  /** Throws what the first write that failed has failed with. */
  requireSound(): void {
    if (this.failure) throw this.failure.error;
  }

  private async run(page: Page, sent: Sent): Promise<void> {
    try {
      await this.write(page);
    } catch (error) {
      this.failure ??= { error };
      return;
    }
    sent.isDone = true;
    this.acknowledgeAll();
  }

  private acknowledgeAll(): void {
    for (let first = this.sent[0]; first?.isDone; first = this.sent[0]) {
      this.sent.shift();
      this.acknowledge(first.position, first.records, first.last);
    }
  }
}

/** One write cannot hold an id twice; what comes later replaces what came before. */
function latestOfEachId(records: readonly MigratedRecord[]): readonly MigratedRecord[] {
  const latest = new Map(records.map((record) => [record.id, record]));
  return latest.size === records.length ? records : [...latest.values()];
}
