import { chroma } from './chroma.ts';
import { hnswlibNode, hnswlibNodeNative } from './hnswlib-node.ts';
import { lancedb } from './lancedb.ts';
import { faissFlat, faissIvfFlat, faissIvfPq, hnswlib } from './native.ts';
import { isNative, type NodePeer, type Peer, type PeerName } from './peer.ts';
import { pgvector, postgres } from './pgvector.ts';
import { sqliteVec } from './sqlite-vec.ts';
import { usearch } from './usearch.ts';
import { vecino, vecinoFlat, vecinoHnsw } from './vecino.ts';
import { vecinoEngines } from './vecino-engine.ts';

/** Every engine by its name, in the order of the report. A peer whose index others open comes before them. */
export const PEERS: Readonly<Record<PeerName, Peer>> = {
  ...vecinoEngines,
  vecino,
  'vecino-hnsw': vecinoHnsw,
  hnswlib,
  'hnswlib-node': hnswlibNode,
  'hnswlib-node-native': hnswlibNodeNative,
  usearch,
  lancedb,
  pgvector,
  postgres,
  chroma,
  'sqlite-vec': sqliteVec,
  'vecino-flat': vecinoFlat,
  'faiss-ivfpq': faissIvfPq,
  'faiss-ivfflat': faissIvfFlat,
  'faiss-flat': faissFlat,
};

/** An engine that runs inside Node; asking for another one is a mistake of the bench. */
export function nodePeer(name: PeerName): NodePeer {
  const peer = PEERS[name];
  if (isNative(peer)) throw new Error(`${name} is a program of its own and does not run inside Node`);
  return peer;
}
