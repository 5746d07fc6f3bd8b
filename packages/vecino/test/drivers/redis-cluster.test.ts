import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { root } from './redis-engine.ts';
import { type RedisNode, type RedisNodes, startRedis } from './redis-nodes.ts';

const why = 'absent' in root ? `, skipped: ${root.absent}` : '';

interface Note {
  readonly round: number;
}

/** A cluster whose nodes are stopped and started again, so it is never one of somebody else's. */
describe.skipIf('absent' in root)(`a collection on a cluster of Redis${why}`, () => {
  let cluster: RedisNodes;
  let database: Database;
  let notes: Collection<Note>;

  beforeAll(async () => {
    if ('absent' in root) return;
    cluster = await startRedis(root, 3);
    // Whoever asks a node that is away is told soon.
    database = await open(cluster.address, { connection: { retries: 1, timeoutMs: 20_000 } });
    notes = await database.collection<Note>('notes', { dimension: 4 });
    await notes.add(Array.from({ length: 300 }, (_, i) => recordOf(`r${i}`, 0)));
  });
  afterAll(async () => {
    await database?.close();
    await cluster?.stop();
  });

  it('is spread over the nodes, about alike', async () => {
    const counts = await Promise.all(cluster.nodes.map((node) => recordsOn(node)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
    for (const count of counts) expect(count).toBeGreaterThan(50);
    expect(await notes.search({ vector: [1, 0, 0, 0], k: 300 })).toHaveLength(300);
  });

  it('loses nothing that was acknowledged when a node crashes while it is read and written', {
    timeout: 60_000,
  }, async () => {
    const victim = await nodeWithoutRegistry();
    const address = `127.0.0.1:${victim.port}`;
    const acknowledged = new Map<string, number>(Array.from({ length: 300 }, (_, i) => [`r${i}`, 0]));
    const seen = { failedWrites: 0, failedSearches: 0, writesMeanwhile: 0, searchesAfter: 0 };
    let state: 'before' | 'away' | 'back' = 'before';
    let isOver = false;

    const writes = async (writer: number) => {
      for (let round = 1; !isOver; round++) {
        const id = `r${(round * 4 + writer) % 400}`;
        try {
          await notes.upsert([recordOf(id, round)]);
          acknowledged.set(id, round);
          if (state === 'away') seen.writesMeanwhile++;
        } catch (error) {
          expectAway(error, address);
          // Whether it was written nobody knows: a later write decides.
          acknowledged.delete(id);
          seen.failedWrites++;
        }
      }
    };
    const searches = async () => {
      while (!isOver) {
        const began = state;
        try {
          const hits = await notes.search({ vector: [1, 0, 0, 0], k: 1_000, include: [] });
          // All or an error: never what the other nodes happen to have.
          expect(hits.length).toBeGreaterThanOrEqual(300);
          if (began === 'back') seen.searchesAfter++;
        } catch (error) {
          expectAway(error, address);
          seen.failedSearches++;
        }
      }
    };
    const until = async (happened: () => boolean) => {
      while (!happened()) await notes.get('r0').catch(() => undefined);
    };
    const loops = Promise.all([...[0, 1, 2, 3].map(writes), searches()]);
    try {
      await until(() => acknowledged.size > 330);
      await victim.kill();
      state = 'away';
      await until(() => seen.failedWrites > 2 && seen.failedSearches > 2 && seen.writesMeanwhile > 5);
      await victim.start();
      state = 'back';
      await until(() => seen.searchesAfter > 2);
    } finally {
      isOver = true;
      await loops;
    }
    for (const [id, round] of acknowledged) {
      expect(await notes.get(id, ['vector', 'document', 'metadata']), id).toMatchObject(recordOf(id, round));
    }
    const all = await notes.count();
    expect(all).toBeGreaterThanOrEqual(acknowledged.size);
    expect(await notes.search({ vector: [1, 0, 0, 0], k: 1_000, exact: true })).toHaveLength(all);
  });

  it('has calls wait for a node that comes back, where they may try again often enough', {
    timeout: 60_000,
  }, async () => {
    const victim = await nodeWithoutRegistry();
    await using patient = await open(cluster.address, { connection: { retries: 9 } });
    const same = await patient.openCollection<Note>('notes');
    await victim.kill();
    const asked = Promise.all([
      same.count(),
      same.upsert(Array.from({ length: 30 }, (_, i) => recordOf(`p${i}`, 1))),
    ]);
    await expect(notes.count()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    // Who comes now is told what the connection has met.
    await using late = await open(addressOfAnother(victim), { connection: { retries: 0 } });
    const unreached = await late.openCollection<Note>('notes');
    const error = await unreached.search({ vector: [1, 0, 0, 0] }).catch((thrown: unknown) => thrown);
    expectAway(error, `127.0.0.1:${victim.port}`);
    await victim.start();
    await asked;
    expect(await same.get('p7')).toMatchObject({ metadata: { round: 1 } });
  });

  it('is dropped from all nodes', async () => {
    await database.dropCollection('notes');
    await expect(notes.search({ vector: [1, 0, 0, 0] })).rejects.toMatchObject({
      code: 'COLLECTION_DROPPED',
    });
    await expect(notes.upsert([recordOf('r0', 1)])).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
    const left = await Promise.all(cluster.nodes.map((node) => node.ask('KEYS', '*/*')));
    expect(left.flat()).toEqual([]);
  });

  /** The address of a node that is there. */
  function addressOfAnother(victim: RedisNode): string {
    const other = cluster.nodes.find((node) => node !== victim);
    return cluster.address.replace(/\d+$/, `${other?.port}`);
  }

  /** One that has neither the registry nor the number of the latest change, without which nobody writes. */
  async function nodeWithoutRegistry(): Promise<RedisNode> {
    for (const node of cluster.nodes) {
      const keys = (await node.ask('KEYS', 'vecino:{vecino}:*')) as string[];
      if (keys.length === 0) return node;
    }
    throw new Error('all nodes have the registry');
  }
});

function recordOf(id: string, round: number) {
  const random = seededRandom(id.length + Number.parseInt(id.slice(1), 10) * 1_000 + round);
  const vector = Float32Array.from({ length: 4 }, () => random() - 0.5);
  return { id, vector, document: `${id} in round ${round}`, metadata: { round } };
}

async function recordsOn(node: RedisNode): Promise<number> {
  let count = 0;
  for (const key of (await node.ask('KEYS', '*:seqs')) as string[])
    count += Number(await node.ask('ZCARD', key));
  return count;
}

/** A failure that says which node is away, and that trying again may help. */
function expectAway(error: unknown, address: string): void {
  expect(error).toMatchObject({
    code: expect.stringMatching(/^REMOTE_(UNREACHABLE|TIMED_OUT)$/),
    retryable: true,
  });
  expect((error as Error).message).toContain(address);
}
