/** The process of any engine that runs inside Node. */
import { nodePeer } from '../peers/registry.ts';
import { servePeers } from './serve.ts';

servePeers(nodePeer);
