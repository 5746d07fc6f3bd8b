import { open } from '../../src/index.ts';
import { chroma } from './chroma-engine.ts';
import type { Engine } from './engine.ts';
import { pinecone } from './pinecone-engine.ts';
import { postgres } from './postgres-engine.ts';
import { qdrant } from './qdrant-engine.ts';
import { redis } from './redis-engine.ts';

const embedded: Engine = {
  name: 'Vecino',
  start: async () => ({
    open: (_, options) => open(':memory:', options),
    stop: async () => undefined,
  }),
};

/** Each keeps the contract. */
export const ENGINES: readonly Engine[] = [embedded, postgres, qdrant, redis, pinecone, chroma];
