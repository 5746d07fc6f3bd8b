import { hash } from 'node:crypto';
import type { Connections, Place } from './connections.ts';
import type { Shard } from './keys.ts';

/** Names that are tried until every node has a shard; one in so many falls on a node by chance. */
const TRIES_MAX = 10_000;

/** The shard of an id: the same for ever, so it depends on the id alone. */
export function shardOf(id: string, shards: number): number {
  return shards === 1 ? 0 : Number.parseInt(hash('md5', id, 'hex').slice(0, 8), 16) % shards;
}

/**
 * Shards of a new collection: one on each node of a cluster that has slots, so that a search asks each node once and
 * no more. The slots of keys are the server's to know, and a number is tried until its keys fall on a node that has none.
 */
export async function placeShards(
  connections: Connections,
  home: Place,
  keyOf: (shard: Pick<Shard, 'number'>) => string,
): Promise<Shard[]> {
  const { slots } = connections;
  if (!slots) return [{ number: 0 }];
  const nodes = new Set(slots.flatMap((one) => (one ? [one.master.address] : [])));
  const shards: Shard[] = [];
  for (let number = 0; nodes.size > 0 && number < TRIES_MAX; number++) {
    const slot = Number(await connections.read(home, 'CLUSTER', 'KEYSLOT', keyOf({ number })));
    const node = slots[slot]?.master.address;
    if (node !== undefined && nodes.delete(node)) shards.push({ number, slot });
  }
  return shards;
}
