import { isNative, type Peer } from '../peers/peer.ts';
import type { Progress } from '../progress.ts';
import { NativeProcess } from './native-process.ts';
import { NodeProcess } from './node-process.ts';
import type { PeerProcess } from './peer-process.ts';

/** Starts the process that a peer lives in. */
export function startProcess(peer: Peer, progress: Progress): PeerProcess {
  return isNative(peer) ? new NativeProcess(peer.program) : new NodeProcess(progress);
}
