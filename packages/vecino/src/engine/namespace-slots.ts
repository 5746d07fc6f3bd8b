import { BitSet } from '../base/bit-set.ts';
import { Mutex } from '../base/mutex.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { Matches } from '../filter/answers.ts';
import { SlotSets } from '../filter/slot-sets.ts';
import { type StoreReader, UNNAMED } from '../storage/store.ts';

/** The number of a namespace that is not there: no record has it. */
export const NOWHERE = -1;

/** Slots read in one go while a namespace is loaded. */
const PAGE = 8_192;

/** Bitmaps kept at most, those of the namespaces that were asked last. */
const KEPT = 32;

const NOTHING: Matches = { slots: new BitSet(), count: 0 };

/**
 * Which slots belong to which namespace. A namespace costs what its slots take in a list, or in a bitmap where they
 * are many; one that nobody has asked for costs nothing, so that opening a collection does not depend on their
 * number. It is read from the store when it is first asked for, in slices that leave the event loop free, and kept in
 * step with writes from then on, like the columns of filters.
 *
 * A collection without namespaces knows only that it has none.
 */
export class NamespaceSlots {
  private readonly reader: StoreReader;
  private readonly collection: number;
  private readonly live: BitSet;
  private readonly inStep: () => Promise<unknown>;
  /** The slots of known namespaces, each under a code: numbers of namespaces are those of the whole store. */
  private readonly sets = new SlotSets();
  private readonly codes = new Map<number, number>();
  private nextCode = 0;
  /** By slot, the code of its namespace plus one; 0 where that is not known. */
  private owners = new Uint32Array(0);
  private readonly bitmaps = new Map<number, Matches>();
  private loading:
    | { readonly namespace: number; readonly slots: BitSet; readonly written: BitSet }
    | undefined;
  private readonly loads = new Mutex();
  /** Undefined until somebody asks. */
  private isUsed: boolean | undefined;

  /**
   * @param live the collection's live slots
   * @param inStep resolves when everything that was committed before the call has been shown to `set` and `delete`
   */
  constructor(reader: StoreReader, collection: number, live: BitSet, inStep: () => Promise<unknown>) {
    this.reader = reader;
    this.collection = collection;
    this.live = live;
    this.inStep = inStep;
  }

  /** Sees to it that a namespace is known. Await it before `matches`. */
  async prepare(namespace: number): Promise<void> {
    this.isUsed ??= this.reader.hasNamespaces(this.collection);
    if (!this.isUsed || namespace === NOWHERE || this.codes.has(namespace)) return;
    await this.loads.run(async () => {
      if (!this.codes.has(namespace)) await this.load(namespace);
    });
  }

  /**
   * The live slots of a namespace; undefined where these are all that are live, because the collection has no
   * namespaces. Nothing where it became known to the store after `prepare`: its records came after the question.
   */
  matches(namespace: number): Matches | undefined {
    if (!this.isUsed && namespace === UNNAMED) return undefined;
    const code = this.codes.get(namespace);
    if (code === undefined) return NOTHING;
    const kept = this.bitmaps.get(code);
    // Whatever is asked again goes to the end of the line.
    this.bitmaps.delete(code);
    const matches = kept ?? this.matchesOf(code);
    this.bitmaps.set(code, matches);
    if (this.bitmaps.size > KEPT) this.bitmaps.delete(this.bitmaps.keys().next().value ?? 0);
    return matches;
  }

  /** A namespace was made just now: it is known, and empty. */
  begin(namespace: number): void {
    if (this.isUsed === false) this.use(NOWHERE);
    this.isUsed = true;
    if (!this.codes.has(namespace)) this.codes.set(namespace, this.nextCode++);
  }

  /** A namespace that was dropped. Its slots have gone one by one. */
  end(namespace: number): void {
    const code = this.codes.get(namespace);
    if (code === undefined) return;
    this.codes.delete(namespace);
    this.bitmaps.delete(code);
  }

  /** A record was put or patched. */
  set(slot: number, namespace: number): void {
    if (this.isUsed === false && namespace !== UNNAMED) this.use(slot);
    if (!this.isUsed) return;
    if (this.loading) {
      this.loading.written.add(slot);
      if (namespace === this.loading.namespace) this.loading.slots.add(slot);
      else this.loading.slots.delete(slot);
    }
    const code = this.codes.get(namespace);
    if (code !== undefined && this.ownerOf(slot) === code) return;
    this.disown(slot);
    if (code !== undefined) this.own(slot, code);
  }

  /** A record was removed. */
  delete(slot: number): void {
    if (!this.isUsed) return;
    this.loading?.written.add(slot);
    this.loading?.slots.delete(slot);
    this.disown(slot);
  }

  /** Estimated memory. Walks over all that is known: for statistics, not for every query. */
  get bytes(): number {
    let bytes = this.sets.bytes() + this.owners.byteLength;
    for (const { slots } of this.bitmaps.values()) bytes += slots.words.byteLength;
    return bytes;
  }

  /** Problems of what is known, compared with the store. Only while nothing is written, and what has expired is hidden. */
  check(now: number): string[] {
    const problems: string[] = [];
    for (const [namespace, code] of this.codes) {
      const stored = this.reader.count(this.collection, { namespace, now });
      const known = this.sets.size(code);
      if (stored !== known) {
        problems.push(`namespace ${namespace} has ${known} slots in memory, the store ${stored} records`);
      }
    }
    return problems;
  }

  /** From now on there are namespaces. What has been live until now, but for this slot, belongs to none of them. */
  private use(except: number): void {
    this.isUsed = true;
    const code = this.nextCode++;
    for (const slot of this.live.toArray()) if (slot !== except) this.own(slot, code);
    this.codes.set(UNNAMED, code);
  }

  private async load(namespace: number): Promise<void> {
    const loading = { namespace, slots: new BitSet(), written: new BitSet() };
    this.loading = loading;
    try {
      const slice = new TimeSlice();
      for (let after: string | undefined; ; ) {
        const page = this.reader.slotsInNamespace(this.collection, namespace, after, PAGE);
        // The store may be ahead: a slot that is another namespace's still will be written before this has ended.
        for (const slot of page.slots) {
          if (!loading.written.has(slot) && this.ownerOf(slot) === undefined) loading.slots.add(slot);
        }
        if (page.slots.length < PAGE) break;
        after = page.id;
        await slice.pause();
      }
      await this.inStep();
    } finally {
      this.loading = undefined;
    }
    const code = this.nextCode++;
    // The store still has what has expired.
    for (const slot of loading.slots.intersect(this.live).toArray()) this.own(slot, code);
    this.codes.set(namespace, code);
  }

  private matchesOf(code: number): Matches {
    const slots = new BitSet();
    this.sets.uniteInto(code, slots);
    return { slots, count: this.sets.size(code) };
  }

  private ownerOf(slot: number): number | undefined {
    const owner = this.owners[slot] ?? 0;
    return owner === 0 ? undefined : owner - 1;
  }

  private own(slot: number, code: number): void {
    if (slot >= this.owners.length) {
      const owners = new Uint32Array(Math.max(slot + 1, Math.ceil(this.owners.length * 1.5)));
      owners.set(this.owners);
      this.owners = owners;
    }
    this.owners[slot] = code + 1;
    this.sets.add(code, slot);
    this.bitmaps.delete(code);
  }

  private disown(slot: number): void {
    const code = this.ownerOf(slot);
    if (code === undefined) return;
    this.owners[slot] = 0;
    this.sets.remove(code, slot);
    this.bitmaps.delete(code);
  }
}
