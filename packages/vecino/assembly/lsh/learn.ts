// What learning asks of the engine: to search with vectors that are stored.

import { floats, query } from '../layout';
import { vectorOf } from '../original';
import { queryFloats } from './layout';
import { prepareQuery } from './sketch';

/** Makes a node's vector the lane's query, without what only records have. */
export function askWith(node: u32): void {
  memory.copy(query, vectorOf(node), <usize>floats << 2);
  memory.fill(query + (<usize>queryFloats << 2), 0, <usize>(floats - queryFloats) << 2);
}

/** The same, ready for estimates. */
export function estimateWith(node: u32): void {
  askWith(node);
  prepareQuery(0);
}
