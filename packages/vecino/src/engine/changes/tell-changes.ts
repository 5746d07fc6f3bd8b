import { CHANGES_OPTIONS, type ChangesQuery, type RecordChange } from '../../api/changes.ts';
import type { AnyMetadata } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import type { RecordChange as StoredRecordChange } from '../../storage/store.ts';
import type { CollectionState } from '../collection-state.ts';
import { readParts, recordOf } from '../record-view.ts';

/*
 * The change feed. Records carry the number of their latest change, and removed ones leave their id with it, so
 * the feed needs no log of its own: it reads both in the order of these numbers, from one number to the next. Of a
 * record that has changed several times the latest change is told, once. A page is read when the consumer asks for it,
 * and no earlier than index and filters show it: what a change tells, a search finds.
 */

/** Changes read in one go: of small ones many, of records with their parts as many as may lie in memory. */
const CHANGES = 256;
const RECORDS = 16;
/** How often a reading process looks whether the writing one has written. */
const POLL_MS = 100;
/** Nothing comes to pass then: the timer only keeps the process alive. */
const IDLE_MS = 2 ** 30;

/** How the feed reads the collection as it is at that moment: `collection.ts` knows about following and closing. */
type Reading = <T>(read: () => T) => Promise<T>;

/** Tells changes in the order of their numbers; see {@link ChangesQuery}. */
export async function* tellChanges(
  state: CollectionState,
  input: unknown,
  reading: Reading,
): AsyncGenerator<RecordChange<AnyMetadata>, void, undefined> {
  const thing = `changes of ${state.thing}`;
  const query = readOptions<ChangesQuery>(thing, CHANGES_OPTIONS, input as ChangesQuery | undefined);
  const parts = readParts(state, thing, query.include);
  const signal = readSignal(thing, query.signal);
  const { since = 0, follow = false } = query;
  const feed = await reading(() => new Feed(state, thing, since, parts));
  for (;;) {
    requireGoing(thing, signal);
    const changes = await reading(() => feed.next());
    for (const change of changes) {
      yield change;
      requireGoing(thing, signal);
    }
    if (!feed.isAtEnd) continue;
    if (!follow) return;
    await somethingNew(state, feed.position, signal);
  }
}

/** Where one consumer is. */
class Feed {
  /** Everything up to this change has been told. */
  position: number;
  /** Whether everything that was there has been told. */
  isAtEnd = false;
  private readonly state: CollectionState;
  private readonly thing: string;
  private readonly parts: readonly Part[];
  /** Ids of what was removed up to this number are not missed: the consumer has never heard of these records. */
  private readonly unheardUntil: number;

  constructor(state: CollectionState, thing: string, since: number, parts: readonly Part[]) {
    this.state = state;
    this.thing = thing;
    this.position = since;
    this.parts = parts;
    this.unheardUntil = since === 0 ? state.store.reader.removedForgottenUntil(state.id) : since;
    const { latestSeq } = state;
    if (since > latestSeq) throw fromElsewhere(thing, since, latestSeq);
    this.requireRemembered();
  }

  /** The next changes; none only where there are no more, or all of them have changed again meanwhile. */
  next(): RecordChange<AnyMetadata>[] {
    const { reader } = this.state.store;
    // Before the reading: what is forgotten after it was read.
    this.requireRemembered();
    const limit = this.parts.length === 0 ? CHANGES : RECORDS;
    const until = this.state.slots.seen;
    const range = {
      namespace: this.state.namespace,
      after: this.position,
      until,
      limit,
      now: this.state.expiry.now(),
    };
    const changes = reader.recordChanges(this.state.id, range);
    this.isAtEnd = changes.length < limit;
    this.position = this.isAtEnd ? Math.max(this.position, until) : (changes.at(-1)?.seq ?? until);
    if (this.parts.length === 0) return changes.map((change) => changeOf(change));
    const slots = changes.flatMap(({ slot }) => slot ?? []);
    const rows = reader.rows(this.state.id, slots, this.parts).values();
    return changes.flatMap((change) => {
      if (change.slot === undefined) return [changeOf(change)];
      const row = rows.next().value;
      // What has changed again is told with its new number.
      return row?.seq === change.seq ? [{ kind: 'put' as const, ...recordOf(this.state, row) }] : [];
    });
  }

  private requireRemembered(): void {
    const forgotten = this.state.store.reader.removedForgottenUntil(this.state.id);
    if (forgotten <= Math.max(this.position, this.unheardUntil)) return;
    throw new VecinoError(
      'CHANGES_FORGOTTEN',
      `${this.thing}: removals up to number ${forgotten} are forgotten, expected to tell those after ${this.position}; start over without \`since\`, and drop what is not told`,
      { details: { expected: forgotten, received: this.position } },
    );
  }
}

function changeOf({ seq, id, slot }: StoredRecordChange): RecordChange<AnyMetadata> {
  return slot === undefined ? { kind: 'remove', seq, id } : { kind: 'put', seq, id };
}

/**
 * Resolves when there may be more to tell than up to `told`, or nothing more to wait for. Nobody tells a reading
 * process, so it looks now and then. What is waited for keeps the process alive.
 */
function somethingNew(state: CollectionState, told: number, signal: AbortSignal | undefined): Promise<void> {
  const { reader, writer } = state.store;
  return new Promise((resolve) => {
    // Unknown at first: another process may have written since this one looked last.
    let version: number | undefined;
    const look = () => {
      const now = reader.dataVersion();
      if (now === version) return;
      version = now;
      const stored = reader.collections().find(({ id }) => id === state.id);
      if (!stored || stored.seq > told) end();
    };
    const end = () => {
      unlisten();
      clearInterval(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const unlisten = state.shown.listen(end);
    const timer = writer ? setInterval(() => undefined, IDLE_MS) : setInterval(look, POLL_MS);
    signal?.addEventListener('abort', end);
    if (state.slots.seen > told || state.isEnded || signal?.aborted) end();
    else if (!writer) look();
  });
}

function requireGoing(thing: string, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new VecinoError('CANCELLED', `${thing}: ended by its signal`, { cause: signal.reason });
}

function readSignal(thing: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const received = describeValue(signal);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "signal" is ${received}, expected an AbortSignal`,
    {
      details: { option: 'signal', expected: 'an AbortSignal', received },
    },
  );
}

function fromElsewhere(thing: string, since: number, latest: number): VecinoError {
  return new VecinoError(
    'CHANGES_FORGOTTEN',
    `${thing}: since is ${since}, expected at most ${latest}, the collection's latest change; the number is of another store, or from after the backup that this one was restored from: start over without \`since\``,
    { details: { expected: latest, received: since } },
  );
}
