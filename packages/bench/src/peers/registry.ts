import { hnswlibNode, hnswlibNodeNative } from './hnswlib-node.ts';
import type { Peer, PeerName } from './peer.ts';
import { vecino } from './vecino.ts';

/** Every engine by its name, in the order of the report. */
export const PEERS: Readonly<Record<PeerName, Peer>> = {
  vecino,
  'hnswlib-node': hnswlibNode,
  'hnswlib-node-native': hnswlibNodeNative,
};
