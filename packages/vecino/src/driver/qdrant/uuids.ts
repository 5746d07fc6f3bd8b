import { createHash, randomBytes } from 'node:crypto';

/** The namespace of our ids among the name-based UUIDs, made at random once. */
const NAMESPACE = Buffer.from('7c0d4a5e6a0f4b5c9a3e2f1d8b7c6e5a', 'hex');

/**
 * The id of a point: Qdrant takes unsigned integers and UUIDs, records have any text. So it is the name-based UUID
 * (RFC 9562, version 5) of what the point stands for; the text itself lies in the payload.
 *
 * @param names what the point stands for: namespace and id of a record
 */
export function pointIdOf(...names: readonly string[]): string {
  const hash = createHash('sha1').update(NAMESPACE).update(JSON.stringify(names)).digest();
  return textOf(hash.subarray(0, 16), 5);
}

/**
 * Names of so many changes, which nobody else gives: random ones (version 4) that differ in their last four bytes.
 * Numbers of changes are not enough to tell whose a change is, for writers may come upon the same.
 */
export function changeNames(count: number): string[] {
  const bytes = randomBytes(16);
  return Array.from({ length: count }, (_, i) => {
    bytes.writeUInt32BE(i, 12);
    return textOf(bytes, 4);
  });
}

function textOf(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
