/**
 * What it costs to make vectors of texts with the local model: each of its runtimes by itself, on one thread, and a
 * collection that is given texts for the first and for the second time.
 */
import { minilm } from '@vecino/minilm';
import { open } from 'vecino';
import { glossTexts } from '../datasets/glosses.ts';
import { median } from '../measure/statistics.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import type { DataRequest } from './data.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Goal, Scenario } from './scenario.ts';

export interface EmbeddingOptions {
  readonly data: Pick<DataRequest, 'dataset'>;
  /** Texts of one lap of a runtime. */
  readonly texts: number;
  readonly repetitions: number;
  /** Texts that the collection is given twice. */
  readonly documents: number;
}

const GLOSSES = { dataset: 'glosses' } as const;

export const embedding: Scenario<EmbeddingOptions> = {
  about: 'texts a second of each runtime of the local model, and the second time that a text comes',
  sizes: {
    full: [{ data: GLOSSES, texts: 1_000, repetitions: 5, documents: 2_000 }],
    quick: [{ data: GLOSSES, texts: 200, repetitions: 3, documents: 500 }],
    tiny: [{ data: GLOSSES, texts: 8, repetitions: 1, documents: 40 }],
  },
  run: runEmbedding,
};

const RUNTIMES = ['native', 'wasm'] as const;
type Runtime = (typeof RUNTIMES)[number];

/** How far apart the numbers of two runtimes may be. */
const DIFFERENCE_MAX = 1e-4;
/** How much faster the second time must be. */
const AGAIN_MIN = 50;

interface RuntimeRow {
  readonly runtime: Runtime;
  readonly textsPerSecond: number;
  /** By processor time: what one processor does that does nothing else. */
  readonly textsPerCore: number;
  /** The largest difference of any number from those of the first runtime. */
  readonly difference: number;
}

async function runEmbedding(
  options: EmbeddingOptions,
  { seed }: Conditions,
  progress: Progress,
): Promise<Findings> {
  const texts = glossTexts(seed).slice(0, Math.max(options.texts, options.documents));
  const rows = await timeRuntimes(texts.slice(0, options.texts), options.repetitions, progress);
  progress(`a collection of ${options.documents} texts, twice`);
  const twice = await embedTwice(texts.slice(0, options.documents));
  const characters = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  return {
    subject: 'glosses',
    title: `Embedding: ${whole(options.texts)} glosses of ${whole(characters)} characters, all-MiniLM-L6-v2`,
    method: `All texts in one call on one thread of the model; the runtimes take turns in ${options.repetitions} repetitions after a first call that loads them, medians are shown. "A core" counts processor time of the whole process. Then ${whole(options.documents)} texts are upserted into a collection in memory, and once more under other ids; "again" is the second time.`,
    rows: [
      ...rows.map((row) => ({ what: 'runtime', texts: options.texts, ...row })),
      { what: 'collection', texts: options.documents, ...twice },
    ],
    tables: [
      tableOf('Runtimes', rows, [
        { head: 'runtime', align: 'l', cell: ({ runtime }) => runtime },
        { head: 'texts a second', cell: ({ textsPerSecond }) => rounded(textsPerSecond) },
        { head: 'texts a second a core', cell: ({ textsPerCore }) => rounded(textsPerCore) },
        { head: 'largest difference', cell: ({ difference }) => difference.toExponential(1) },
      ]),
      tableOf(
        'A collection',
        [twice],
        [
          { head: 'first, seconds', cell: ({ firstSeconds }) => rounded(firstSeconds) },
          { head: 'again, seconds', cell: ({ againSeconds }) => rounded(againSeconds) },
          { head: 'embedded again', cell: ({ embeddedAgain }) => whole(embeddedAgain) },
        ],
      ),
    ],
    plots: [],
    goals: goalsOf(rows, twice),
  };
}

/** Those that are installed. */
async function timeRuntimes(
  texts: readonly string[],
  repetitions: number,
  progress: Progress,
): Promise<RuntimeRow[]> {
  const models = RUNTIMES.filter(isInstalled).map((runtime) => ({
    ...{ runtime, model: minilm({ runtime, threads: 1 }), watches: [] as Stopwatch[] },
    vectors: [] as ArrayLike<number>[],
  }));
  try {
    for (const one of models) await one.model.embed(['the first text loads the model']);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const one of models) {
        progress(`${one.runtime}: repetition ${repetition + 1} of ${repetitions}`);
        const watch = new Stopwatch();
        watch.start();
        one.vectors = await one.model.embed(texts);
        watch.stop();
        one.watches.push(watch);
      }
    }
  } finally {
    for (const { model } of models) await model.close();
  }
  const [first] = models;
  return models.map(({ runtime, watches, vectors }) => ({
    runtime,
    textsPerSecond: texts.length / median(watches.map(({ seconds }) => seconds)),
    textsPerCore: texts.length / median(watches.map(({ cpuSeconds }) => cpuSeconds)),
    difference: largestDifference(vectors, first?.vectors ?? []),
  }));
}

function isInstalled(runtime: Runtime): boolean {
  try {
    minilm({ runtime });
    return true;
  } catch {
    return false;
  }
}

function largestDifference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let largest = 0;
  for (const [i, vector] of a.entries()) {
    for (let j = 0; j < vector.length; j++) {
      largest = Math.max(largest, Math.abs((vector[j] ?? Number.NaN) - (b[i]?.[j] ?? Number.NaN)));
    }
  }
  return largest;
}

interface Twice {
  readonly firstSeconds: number;
  readonly againSeconds: number;
  /** Texts that the model was given the second time. */
  readonly embeddedAgain: number;
}

async function embedTwice(texts: readonly string[]): Promise<Twice> {
  await using model = minilm({ threads: 1 });
  await model.embed(['the first text loads the model']);
  await using database = await open(':memory:');
  const collection = await database.collection('texts', { embedding: model });
  const upsert = async (prefix: string) => {
    const watch = new Stopwatch();
    watch.start();
    await collection.upsert(texts.map((document, i) => ({ id: `${prefix}${i}`, document })));
    watch.stop();
    return watch.seconds;
  };
  const firstSeconds = await upsert('first');
  const { embedded } = (await collection.stats()).embedding;
  const againSeconds = await upsert('again');
  const embeddedAgain = (await collection.stats()).embedding.embedded - embedded;
  return { firstSeconds, againSeconds, embeddedAgain };
}

function goalsOf(rows: readonly RuntimeRow[], { firstSeconds, againSeconds, embeddedAgain }: Twice): Goal[] {
  const difference = Math.max(...rows.map((row) => row.difference));
  const times = firstSeconds / againSeconds;
  return [
    {
      promise: `runtimes agree to ${DIFFERENCE_MAX}`,
      found: difference.toExponential(1),
      kept: difference <= DIFFERENCE_MAX,
    },
    {
      promise: `texts that come again are not embedded again, and are ${AGAIN_MIN} times as fast`,
      found: `${whole(embeddedAgain)} embedded, ${rounded(times)} times`,
      kept: embeddedAgain === 0 && times >= AGAIN_MIN,
    },
  ];
}
