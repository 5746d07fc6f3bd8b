/**
 * Chroma, a server whose address the user gives. Its graph has its own defaults (hnsw, max_neighbors 16,
 * ef_construction 100); what is turned for recall is `ef_search`, a setting of the collection. Each query is a request
 * over HTTP, which is how everybody in TypeScript reaches it.
 */
import { EF_SEARCH } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { BuildFigures, BuildTask, NodePeer, Searcher } from './peer.ts';
import { INSERT_BATCH } from './peer.ts';
import { absenceOf, absenceOfServer, requirePeer, versionOfPeer } from './peers-package.ts';

interface Collection {
  add(records: { readonly ids: string[]; readonly embeddings: number[][] }): Promise<void>;
  modify(changes: {
    readonly configuration: { readonly hnsw: { readonly ef_search: number } };
  }): Promise<void>;
  query(query: {
    readonly queryEmbeddings: number[][];
    readonly nResults: number;
    readonly include: string[];
  }): Promise<Found>;
}
interface Found {
  readonly ids: string[][];
}
interface EmbeddingFunction {
  generate(): Promise<never>;
}
interface Client {
  createCollection(options: {
    readonly name: string;
    readonly embeddingFunction: EmbeddingFunction;
    readonly configuration: { readonly hnsw: { readonly space: 'l2' | 'cosine' } };
  }): Promise<Collection>;
  getCollection(options: {
    readonly name: string;
    readonly embeddingFunction: EmbeddingFunction;
  }): Promise<Collection>;
  deleteCollection(options: { readonly name: string }): Promise<void>;
  version(): Promise<string>;
}
interface Module {
  readonly ChromaClient: new (options: {
    readonly host: string;
    readonly port: number;
    readonly ssl: boolean;
  }) => Client;
}

const CHROMA = 'chromadb';
const ADDRESS = 'VECINO_BENCH_CHROMA';
/** Of the server; replaced by the next run. */
const NAME = 'vecino-bench';

/** Without one the client prints warnings, for it would embed texts by itself. */
const embeddingFunction: EmbeddingFunction = {
  generate: () => Promise.reject(new Error('there are no texts to embed')),
};

export const chroma: NodePeer = {
  name: 'chroma',
  knob: EF_SEARCH,
  isOurs: false,
  isServer: true,
  recipe: () => 'hnsw, its defaults',
  absence: async () =>
    absenceOf(CHROMA) ?? (await absenceOfServer(ADDRESS, 'http://localhost:8000', () => connect().version())),
  about: async () => ({
    version: `${await connect().version()}, through chromadb ${versionOfPeer(CHROMA)}`,
    compiled: 'as its server is',
    instructions: 'as its server has it',
  }),
  build,
  open: openCollection,
};

function connect(): Client {
  const { ChromaClient } = requirePeer(CHROMA) as Module;
  const { hostname: host, port, protocol } = new URL(process.env[ADDRESS] ?? '');
  const ssl = protocol === 'https:';
  return new ChromaClient({ host, port: Number(port) || (ssl ? 443 : 80), ssl });
}

async function build({ base, dimension, metric, progress }: BuildTask): Promise<BuildFigures> {
  const client = connect();
  await client.deleteCollection({ name: NAME }).catch(() => {
    // There is none as a rule.
  });
  const configuration = { hnsw: { space: metric } };
  const collection = await client.createCollection({ name: NAME, embeddingFunction, configuration });
  const rows = base.length / dimension;
  const inserting = new Stopwatch();
  inserting.start();
  for (let from = 0; from < rows; from += INSERT_BATCH) {
    const to = Math.min(from + INSERT_BATCH, rows);
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    await collection.add({
      ids: numbers.map(String),
      embeddings: numbers.map((row) => Array.from(base.subarray(row * dimension, (row + 1) * dimension))),
    });
    progress(`${to} of ${rows} inserted`);
  }
  inserting.stop();
  const { seconds: insertSeconds, cpuSeconds } = inserting;
  // It does not tell what it takes on its disk.
  const diskBytes = Number.NaN;
  return { insertSeconds, linkSeconds: 0, saveSeconds: 0, cpuSeconds, diskBytes, indexFileBytes: diskBytes };
}

async function openCollection(): Promise<Searcher<number[], Found>> {
  const collection = await connect().getCollection({ name: NAME, embeddingFunction });
  return {
    prepare: (vector) => Array.from(vector),
    tune: (effort) => collection.modify({ configuration: { hnsw: { ef_search: effort } } }),
    search: (query, k) => collection.query({ queryEmbeddings: [query], nResults: k, include: [] }),
    rowsOf: ({ ids }) => (ids[0] ?? []).map(Number),
    close: async () => {},
  };
}
