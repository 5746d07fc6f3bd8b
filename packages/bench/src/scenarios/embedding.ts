/**
 * What it costs to make vectors of texts with the local model: each of its runtimes by itself, on one thread, and a
 * collection that is given texts for the first and for the second time.
 */
import { minilm } from '@vecino/minilm';
import { open } from 'vecino';
import { glossTexts } from '../datasets/glosses.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import type { DataRequest } from './data.ts';
import {
  agreement,
  type RuntimeRow,
  type RuntimeTask,
  tableOfRuntimes,
  timeRuntimes,
} from './model-runtimes.ts';
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

/** How much faster the second time must be. */
const AGAIN_MIN = 50;

async function runEmbedding(
  options: EmbeddingOptions,
  { seed }: Conditions,
  progress: Progress,
): Promise<Findings> {
  const texts = glossTexts(seed).slice(0, Math.max(options.texts, options.documents));
  const rows = await timedOn(texts.slice(0, options.texts), options.repetitions, progress);
  progress(`a collection of ${options.documents} texts, twice`);
  const twice = await embedTwice(texts.slice(0, options.documents));
  const characters = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  return {
    subject: 'glosses',
    title: `Embedding: ${whole(options.texts)} glosses of ${whole(characters)} characters, all-MiniLM-L6-v2`,
    method: `All texts in one call on one thread of the model; the runtimes take turns in ${options.repetitions} repetitions after a first call that loads them, medians are shown. "A core" counts processor time of the whole process. Then ${whole(options.documents)} texts are upserted into a collection in memory, and once more under other ids; "again" is the second time.`,
    rows: [
      ...rows.map(({ runtime, perSecond, perCore, difference }) => ({
        what: 'runtime',
        texts: options.texts,
        runtime,
        textsPerSecond: perSecond,
        textsPerCore: perCore,
        difference,
      })),
      { what: 'collection', texts: options.documents, ...twice },
    ],
    tables: [
      tableOfRuntimes('texts', rows),
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

function timedOn(inputs: readonly string[], repetitions: number, progress: Progress): Promise<RuntimeRow[]> {
  const modelOf: RuntimeTask<string>['modelOf'] = (runtime) => {
    const model = minilm({ runtime, threads: 1 });
    return { vectorsOf: (texts) => model.embed(texts), close: () => model.close() };
  };
  return timeRuntimes({ modelOf, inputs, repetitions, what: 'texts' }, progress);
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
  const times = firstSeconds / againSeconds;
  return [
    agreement(rows),
    {
      promise: `texts that come again are not embedded again, and are ${AGAIN_MIN} times as fast`,
      found: `${whole(embeddedAgain)} embedded, ${rounded(times)} times`,
      kept: embeddedAgain === 0 && times >= AGAIN_MIN,
    },
  ];
}
