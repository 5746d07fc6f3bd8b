import { expect, it } from 'vitest';
import type { StoredCollection } from '../../storage/store.ts';
import { type Argument, Connections, type Link } from './connections.ts';
import { Keys } from './keys.ts';
import { RecordShards } from './record-shards.ts';
import { WRITE } from './scripts.ts';

const COLLECTION: StoredCollection = {
  id: 1,
  name: 'docs',
  identity: 'docs',
  dimension: 2,
  metric: 'cosine',
  embedding: null,
  index: { family: 'auto' },
  vectorSet: 0,
  seq: 0,
};

/** A node on which somebody is quicker so many times. */
class BusyNode implements Link {
  readonly slots = undefined;
  readonly nodeOf = () => undefined;
  readonly close = () => undefined;
  writes = 0;
  private readonly disturbances: number;

  constructor(disturbances: number) {
    this.disturbances = disturbances;
  }

  async send(_: unknown, [command, script]: readonly Argument[]): Promise<unknown> {
    if (command === 'INCRBY') return 1;
    // There is no record.
    if (script !== WRITE.sha) return [[null], [null], [null]];
    this.writes++;
    // Without this a change that never gives up would end the test by nothing.
    if (this.writes > 1_000) throw new Error('asked for ever');
    return this.writes > this.disturbances ? [] : [Buffer.from('a')];
  }
}

function update(node: BusyNode): Promise<void> {
  const connections = new Connections(node, 'redis://host', [], { retries: 0, timeoutMs: 60_000 });
  const records = new RecordShards(connections, new Keys('test'), COLLECTION, [{ number: 0 }], undefined);
  return records.replace(['a'], 0, () => ({
    ids: ['a'],
    vectors: [[new Float32Array([1, 0])]],
    documents: [null],
    metadata: ['{}'],
    expiries: [null],
  }));
}

it('changes records that others change at the same time, and gives up where they never cease', async () => {
  const busy = new BusyNode(19);
  await update(busy);
  expect(busy.writes).toBe(20);
  const endless = new BusyNode(Number.POSITIVE_INFINITY);
  await expect(update(endless)).rejects.toMatchObject({
    code: 'REMOTE_FAILED',
    message:
      'update collection "docs": others have changed the same records 20 times meanwhile; try again, or change fewer at a time',
  });
  expect(endless.writes).toBe(20);
});
