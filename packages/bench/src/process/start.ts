import { isNative, type Peer } from '../peers/peer.ts';
import type { Progress } from '../progress.ts';
import { NativeProcess } from './native-process.ts';
import { NodeProcess } from './node-process.ts';
import type { PeerProcess } from './peer-process.ts';

/**
 * Starts the process that a peer lives in.
 *
 * @param main the script of a process for engines that run inside Node
 */
export function startProcess(peer: Peer, main: URL, progress: Progress): PeerProcess {
  return isNative(peer) ? new NativeProcess(peer.program) : new NodeProcess(main, progress);
}
