import type { Place } from './place.ts';

/** Length of one turn, after which a worker looks for other tasks. */
const TURN_MS = 8;
/** Most nodes of one. */
const TURN_NODES = 512;

/** Links some of the nodes that wait for it: one turn of every worker. */
export async function linkPending({ memory, nodes }: Place): Promise<void> {
  const shares = nodes.takeForLinking(memory.workers, TURN_NODES);
  await Promise.all(
    shares.map(async (share, worker) => {
      const done = await memory.run('link', { nodes: share, timeMs: TURN_MS }, worker);
      nodes.linked(share, done);
    }),
  );
}
