import { createHash } from 'node:crypto';
import type { SearchQuery } from '../../api/search.ts';
import { BitSet } from '../../base/bit-set.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';

/*
 * A token says what pages have had, not where they have ended: an approximate search may find later what it
 * missed before, and a page behind a position would then skip it. The next page is the best of what is left.
 *
 *   version | owner (8) | seq (8) | slots | check (4)        bytes, in base64url
 *
 * `slots` are the differences between ascending slots, seven bits a byte and the lowest first; slots are reused,
 * so they mean records only together with `seq`: who was written later is left out.
 */

/** What pages have had so far. */
export interface PagePosition {
  /** The latest change that the first page knew. */
  readonly seq: number;
  /** The slots of all hits so far. */
  readonly given: BitSet;
}

const VERSION = 1;
const OWNER = { at: 1, bytes: 8 } as const;
const SEQ = { at: 9, bytes: 8 } as const;
const SLOTS_AT = 17;
const CHECK_BYTES = 4;

/** Options that may differ from page to page: they change no record's place. */
const FREE = new Set<string>([
  'k',
  'include',
  'facets',
  'page',
  'recall',
  'efSearch',
  'nprobe',
  'probes',
  'oversample',
  'exact',
  'explain',
  'measureRecall',
] satisfies (keyof SearchQuery)[]);

/** Tells a query of a collection from all others. */
export function ownerOf(collection: string, query: SearchQuery): Buffer {
  const asked = Object.entries(query)
    .filter(([option, value]) => !FREE.has(option) && value !== undefined)
    // Before it becomes JSON, where a buffer is a list of as many numbers as it has bytes.
    .map(
      ([option, value]) =>
        [option, value instanceof Uint8Array ? digest(value).toString('base64') : value] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  // A vector is the same as a list of numbers and as floats, and a function cannot be compared.
  const text = JSON.stringify([collection, Object.fromEntries(asked)], (key, value: unknown) => {
    if (key === 'vector' || ArrayBuffer.isView(value)) return floatsText(value as ArrayLike<number>);
    return typeof value === 'function' ? 'a function' : value;
  });
  return digest(text).subarray(0, OWNER.bytes);
}

/** Its bytes: many times as quick as its numbers, each of which would be brought into decimals. */
function floatsText(vector: ArrayLike<number>): string {
  const { buffer } = Float32Array.from(vector);
  return Buffer.from(buffer).toString('base64');
}

export function encodePage(owner: Buffer, { seq, given }: PagePosition): string {
  const head = Buffer.alloc(SLOTS_AT);
  head.writeUInt8(VERSION);
  owner.copy(head, OWNER.at);
  head.writeBigUInt64LE(BigInt(seq), SEQ.at);
  const body = Buffer.concat([head, Buffer.from(differencesOf(given))]);
  return Buffer.concat([body, digest(body).subarray(0, CHECK_BYTES)]).toString('base64url');
}

/** Reads the token of a page. `PAGE_INVALID` where it is damaged, or another query's. */
export function decodePage(thing: string, owner: Buffer, token: string): PagePosition {
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECK_BYTES));
  const isSound =
    body.length >= SLOTS_AT &&
    bytes.toString('base64url') === token &&
    body[0] === VERSION &&
    digest(body).subarray(0, CHECK_BYTES).equals(bytes.subarray(body.length));
  if (!isSound) throw unknownPage(thing, token);
  if (!owner.equals(body.subarray(OWNER.at, OWNER.at + OWNER.bytes))) throw foreignPage(thing);
  return {
    seq: Number(body.readBigUInt64LE(SEQ.at)),
    given: slotsOf(body.subarray(SLOTS_AT)),
  };
}

export function foreignPage(thing: string): VecinoError {
  return new VecinoError(
    'PAGE_INVALID',
    `${thing}: the page belongs to another query or collection, expected one of this; keep the query the same from page to page, but for k, include, efforts, exact and facets`,
    { details: { expected: 'a page of this query', received: 'a page of another query' } },
  );
}

export function unknownPage(thing: string, page: unknown): VecinoError {
  const received = describeValue(page);
  return new VecinoError(
    'PAGE_INVALID',
    `${thing}: page is ${received} that no search gave, expected true for the first page or \`next\` of the page before, unchanged`,
    { details: { expected: 'true, or `next` of a page', received } },
  );
}

function differencesOf(slots: BitSet): number[] {
  const bytes: number[] = [];
  let before = 0;
  for (const slot of slots.toArray()) {
    let rest = slot - before;
    before = slot;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
  return bytes;
}

function slotsOf(differences: Uint8Array): BitSet {
  const slots: number[] = [];
  let [slot, value, weight] = [0, 0, 1];
  for (const byte of differences) {
    value += (byte % 128) * weight;
    weight *= 128;
    if (byte > 127) continue;
    slot += value;
    slots.push(slot);
    [value, weight] = [0, 1];
  }
  return BitSet.from(slots);
}

function digest(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
