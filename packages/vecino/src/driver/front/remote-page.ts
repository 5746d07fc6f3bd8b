import { createHash } from 'node:crypto';
import { VecinoError } from '../../base/errors.ts';
import { foreignPage, unknownPage } from '../../engine/search/page-token.ts';

/*
 * A token of a search page by page, in an engine that gives records no numbers of ours. Like those of a folder
 * (`engine/search/page-token.ts`) it says what pages have had, here by a hash of each id:
 *
 *   version | owner (8) | seq (8) | hashes (6 each) | check (4)        bytes, in base64url
 *
 * 48 bits of SHA-256: after 10,000 hits one of 28 billion records would be taken for one that was given.
 */

/** What pages have had so far. */
export interface RemotePosition {
  /** The latest change that the first page knew. */
  readonly seq: number;
  /** Hashes of the ids of all hits so far. */
  readonly given: ReadonlySet<string>;
}

/** Other than those of folders. */
const VERSION = 2;
const OWNER = { at: 1, bytes: 8 } as const;
const SEQ_AT = 9;
const HASHES_AT = 17;
const HASH_BYTES = 6;
const CHECK_BYTES = 4;

export function hashOf(id: string): string {
  return digest(id).toString('latin1', 0, HASH_BYTES);
}

export function encodeRemotePage(owner: Buffer, { seq, given }: RemotePosition): string {
  const head = Buffer.alloc(HASHES_AT);
  head.writeUInt8(VERSION);
  owner.copy(head, OWNER.at);
  head.writeBigUInt64LE(BigInt(seq), SEQ_AT);
  const body = Buffer.concat([head, Buffer.from([...given].join(''), 'latin1')]);
  return Buffer.concat([body, digest(body).subarray(0, CHECK_BYTES)]).toString('base64url');
}

/** Reads the token of a page. `PAGE_INVALID` where it is damaged, or another query's. */
export function decodeRemotePage(thing: string, owner: Buffer, token: string): RemotePosition {
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECK_BYTES));
  const isSound =
    body.length >= HASHES_AT &&
    (body.length - HASHES_AT) % HASH_BYTES === 0 &&
    bytes.toString('base64url') === token &&
    body[0] === VERSION &&
    digest(body).subarray(0, CHECK_BYTES).equals(bytes.subarray(body.length));
  if (!isSound) throw unknownPage(thing, token);
  if (!owner.equals(body.subarray(OWNER.at, OWNER.at + OWNER.bytes))) throw foreignPage(thing);
  const given = new Set<string>();
  for (let at = HASHES_AT; at < body.length; at += HASH_BYTES) {
    given.add(body.toString('latin1', at, at + HASH_BYTES));
  }
  return { seq: Number(body.readBigUInt64LE(SEQ_AT)), given };
}

/** Pages end where a ranking may not be deeper. */
export function tooManyPages(thing: string, engine: string, max: number): VecinoError {
  return new VecinoError(
    'UNSUPPORTED',
    `${thing}: ${engine} does not support pages behind the first ${max} records; give a filter that leaves fewer`,
    { details: { engine, capability: 'pages', max } },
  );
}

function digest(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
