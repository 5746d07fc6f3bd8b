import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { VecinoError } from '../base/errors.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot-file.ts';

const HEADER = { seq: 12, family: 'hnsw', größe: [1, null] };

function snapshotPath(): string {
  return join(temporaryFolder(), '1.snapshot');
}

function write(path: string, chunks: readonly Uint8Array[]): number {
  const writer = new SnapshotWriter(path, HEADER);
  for (const chunk of chunks) writer.chunk(chunk);
  return writer.finish();
}

/** Reads everything, as the engine does, and answers what it read. */
function read(path: string, lengths: readonly number[]): Uint8Array[] {
  const reader = new SnapshotReader(path);
  try {
    const chunks = lengths.map((length) => {
      const target = new Uint8Array(length);
      reader.chunkInto(target);
      return target;
    });
    reader.finish();
    return chunks;
  } finally {
    reader.close();
  }
}

function corrupt(reason: string) {
  return expect.objectContaining({
    code: 'SNAPSHOT_CORRUPT',
    details: expect.objectContaining({ reason: expect.stringContaining(reason) }),
  });
}

describe('a snapshot file', () => {
  it('gives back its header and its chunks, of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (chunks) => {
        const path = snapshotPath();
        const bytes = write(path, chunks);
        expect(readFileSync(path)).toHaveLength(bytes);
        const lengths = chunks.map(({ byteLength }) => byteLength);
        expect(read(path, lengths)).toEqual(chunks);
        const reader = new SnapshotReader(path);
        expect(reader.header).toEqual(HEADER);
        reader.close();
      }),
      { numRuns: 30 },
    );
  });

  it('copies a chunk larger than one piece from and to shared memory', () => {
    const path = snapshotPath();
    const length = (2 << 20) + 17;
    const memory = new Uint8Array(new SharedArrayBuffer(length + 5));
    for (let i = 0; i < memory.length; i++) memory[i] = Math.imul(i, 2_654_435_761) >>> 24;
    write(path, [memory.subarray(5)]);
    const target = new Uint8Array(new SharedArrayBuffer(length));
    const reader = new SnapshotReader(path);
    reader.chunkInto(target);
    reader.finish();
    reader.close();
    expect(Buffer.compare(Buffer.from(target), Buffer.from(memory.subarray(5)))).toBe(0);
  });

  it('replaces the one before only when it is finished', () => {
    const path = snapshotPath();
    write(path, [Uint8Array.of(1)]);
    const second = new SnapshotWriter(path, HEADER);
    second.chunk(Uint8Array.of(2));
    expect(read(path, [1])).toEqual([Uint8Array.of(1)]);
    second.finish();
    expect(read(path, [1])).toEqual([Uint8Array.of(2)]);
  });

  it('leaves nothing behind when it is given up', () => {
    const path = snapshotPath();
    const writer = new SnapshotWriter(path, HEADER);
    writer.abort();
    writer.abort();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it('says why it cannot be written', () => {
    const path = join(temporaryFolder(), 'no such folder', '1.snapshot');
    expect(() => new SnapshotWriter(path, HEADER)).toThrow(expect.objectContaining({ code: 'STORE_IO' }));
  });
});

describe('a damaged snapshot file', () => {
  const CHUNKS = [Uint8Array.of(1, 2, 3, 4, 5), new Uint8Array(0), new Uint8Array(20).fill(9)];
  const LENGTHS = CHUNKS.map(({ byteLength }) => byteLength);

  function original(): Uint8Array {
    const path = snapshotPath();
    write(path, CHUNKS);
    return readFileSync(path);
  }

  // Called for every bit of the file, hence without the ceremony of `expect(…).toThrow`.
  function expectRefused(path: string, bytes: Uint8Array): void {
    writeFileSync(path, bytes);
    try {
      read(path, LENGTHS);
    } catch (error) {
      // A changed version number is another format, for all we know; the answer is the same: rebuild.
      const code = error instanceof VecinoError ? error.code : error;
      if (code === 'SNAPSHOT_CORRUPT' || code === 'SNAPSHOT_OUTDATED') return;
      throw error;
    }
    expect.unreachable('the damage went unnoticed');
  }

  it('is refused with any one bit flipped', () => {
    const path = snapshotPath();
    const bytes = original();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expectRefused(path, damaged);
    }
  });

  it('is refused cut off at any length', () => {
    const path = snapshotPath();
    const bytes = original();
    for (let length = 0; length < bytes.length; length++) expectRefused(path, bytes.subarray(0, length));
  });

  it('is refused with bytes overwritten, left out or added anywhere', () => {
    const path = snapshotPath();
    const bytes = original();
    const edit = fc.record({
      at: fc.nat(bytes.length),
      removed: fc.nat(12),
      added: fc.uint8Array({ maxLength: 12 }),
    });
    fc.assert(
      fc.property(edit, ({ at, removed, added }) => {
        const damaged = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
        fc.pre(Buffer.compare(damaged, bytes) !== 0);
        expectRefused(path, damaged);
      }),
    );
  });

  it('says what is wrong and where', () => {
    const path = snapshotPath();
    write(path, CHUNKS);
    expect(() => read(path, [5, 0, 21])).toThrow(corrupt('chunk 2 should have 21 bytes, found 20 bytes'));
    expect(() => read(path, [...LENGTHS, 1])).toThrow(corrupt('chunk 3 should have 1 bytes, found the end'));
    expect(() => read(path, [5])).toThrow(corrupt('more than 1 chunks'));
    const bytes = readFileSync(path);
    bytes.writeUInt8(6, bytes.indexOf(Uint8Array.of(1, 2, 3, 4, 5)));
    writeFileSync(path, bytes);
    expect(() => read(path, LENGTHS)).toThrow(corrupt('the checksum of chunk 0 does not match'));
    writeFileSync(path, 'A text that somebody put here.');
    expect(() => read(path, LENGTHS)).toThrow(corrupt('not a snapshot of Vecino'));
    expect(() => read(join(path, 'missing'), [])).toThrow(corrupt('ENOTDIR'));
  });

  it('of another version is called so', () => {
    const path = snapshotPath();
    write(path, CHUNKS);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(99, 8);
    writeFileSync(path, bytes);
    expect(() => read(path, LENGTHS)).toThrow(
      expect.objectContaining({
        code: 'SNAPSHOT_OUTDATED',
        details: expect.objectContaining({ expected: 1, received: 99 }),
      }),
    );
  });
});
