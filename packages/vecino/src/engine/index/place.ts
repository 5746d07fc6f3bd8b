import type { IndexMemory } from './index-memory.ts';
import type { NodeStates } from './node-states.ts';

/** A memory with the states of its nodes. Relaying puts others in their place, so fetch them anew each time. */
export interface Place {
  readonly memory: IndexMemory;
  readonly nodes: NodeStates;
}

/** A place that can be laid out anew. */
export interface Relayable extends Place {
  memory: IndexMemory;
  nodes: NodeStates;
  /** Slots that writes have touched since a relay began; undefined while there is none. */
  touched: Set<number> | undefined;
  /** An empty memory of the same index, with room for what the family will learn, and states for it. */
  another(room: number): Place;
}
