/** The process of an engine that users of `vecino bench` have. */
import { userPeer } from '../peers/user-registry.ts';
import { servePeers } from './serve.ts';

servePeers(userPeer);
