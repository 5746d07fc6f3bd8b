/**
 * The engines of `vecino bench`: a collection of each of our families, and what a program can install from npm.
 *
 * `vecino-ivf` and the like are collections here, as users have them; in the registry of the workspace's own bench
 * they are engines without a store.
 */
import { chroma } from './chroma.ts';
import { hnswlibNode } from './hnswlib-node.ts';
import { lancedb } from './lancedb.ts';
import type { NodePeer, PeerName } from './peer.ts';
import { pgvector, postgres } from './pgvector.ts';
import { sqliteVec } from './sqlite-vec.ts';
import { usearch } from './usearch.ts';
import { collectionPeers } from './vecino.ts';

export const USER_PEERS: readonly NodePeer[] = [
  ...collectionPeers,
  hnswlibNode,
  usearch,
  lancedb,
  pgvector,
  sqliteVec,
  postgres,
  chroma,
];

/** An engine by its name; asking for one that is not there is a mistake of the bench. */
export function userPeer(name: PeerName): NodePeer {
  const peer = USER_PEERS.find((one) => one.name === name);
  if (!peer) throw new Error(`${name} is no engine of vecino bench`);
  return peer;
}
