/**
 * What it costs to make vectors of pictures with the local model: each of its runtimes by itself, on one thread, for
 * small drawings and for files as large as photos, whose decoding costs too; and a collection that is given the same
 * pictures for the second time.
 */
import { mobilenet } from '@vecino/mobilenet';
import sharp from 'sharp';
import { open } from 'vecino';
import { drawings } from '../datasets/drawings.ts';
import { median } from '../measure/statistics.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import type { DataRequest } from './data.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Goal, Scenario } from './scenario.ts';

export interface PicturesOptions {
  readonly data: Pick<DataRequest, 'dataset'>;
  readonly pictures: number;
  readonly repetitions: number;
  /** The edge of the large ones, in pixels. */
  readonly edge: number;
}

const DRAWINGS = { dataset: 'glosses' } as const;

export const pictures: Scenario<PicturesOptions> = {
  about: 'pictures a second of each runtime of the local model, and the second time that a picture comes',
  sizes: {
    full: [{ data: DRAWINGS, pictures: 500, repetitions: 5, edge: 2_000 }],
    quick: [{ data: DRAWINGS, pictures: 100, repetitions: 3, edge: 2_000 }],
    tiny: [{ data: DRAWINGS, pictures: 4, repetitions: 1, edge: 300 }],
  },
  run: runPictures,
};

const RUNTIMES = ['native', 'wasm'] as const;
type Runtime = (typeof RUNTIMES)[number];

/** How far apart the numbers of two runtimes may be. */
const DIFFERENCE_MAX = 1e-4;

interface PictureRow {
  readonly runtime: Runtime;
  readonly files: string;
  readonly picturesPerSecond: number;
  /** By processor time: what one processor does that does nothing else. */
  readonly picturesPerCore: number;
  /** The largest difference of any number from those of the first runtime. */
  readonly difference: number;
}

async function runPictures(
  { pictures: count, repetitions, edge }: PicturesOptions,
  { seed }: Conditions,
  progress: Progress,
): Promise<Findings> {
  const small = drawings(seed, count);
  const large = await Promise.all(
    small.map((svg) => sharp(svg).flatten({ background: '#fff' }).resize(edge, edge).jpeg().toBuffer()),
  );
  const rows = [
    ...(await timeRuntimes('SVG drawings', small, repetitions, progress)),
    ...(await timeRuntimes(`JPEG, ${whole(edge)} x ${whole(edge)}`, large, repetitions, progress)),
  ];
  const embeddedAgain = await embedTwice(small);
  return {
    subject: 'openmoji',
    title: `Pictures: ${whole(count)} drawings of OpenMoji, MobileNetV2`,
    method: `All pictures in one call on one thread of the model, decoded beside it; the runtimes take turns in ${repetitions} repetitions after a first call that loads them, medians are shown. "A core" counts processor time of the whole process. How good the vectors are docs/image-similarity.md tells.`,
    rows: [
      ...rows.map((row) => ({ what: 'runtime', pictures: count, ...row })),
      { what: 'collection', pictures: count, embeddedAgain },
    ],
    tables: [
      tableOf('Runtimes', rows, [
        { head: 'runtime', align: 'l', cell: ({ runtime }) => runtime },
        { head: 'files', align: 'l', cell: ({ files }) => files },
        { head: 'pictures a second', cell: ({ picturesPerSecond }) => rounded(picturesPerSecond) },
        { head: 'pictures a second a core', cell: ({ picturesPerCore }) => rounded(picturesPerCore) },
        { head: 'largest difference', cell: ({ difference }) => difference.toExponential(1) },
      ]),
    ],
    plots: [],
    goals: goalsOf(rows, embeddedAgain),
  };
}

/** Those that are installed. */
async function timeRuntimes(
  files: string,
  images: readonly Buffer[],
  repetitions: number,
  progress: Progress,
): Promise<PictureRow[]> {
  const models = RUNTIMES.filter(isInstalled).map((runtime) => ({
    ...{ runtime, model: mobilenet({ runtime, threads: 1 }), watches: [] as Stopwatch[] },
    vectors: [] as ArrayLike<number>[],
  }));
  try {
    for (const one of models) await one.model.embedImages(images.slice(0, 1));
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const one of models) {
        progress(`${one.runtime}, ${files}: repetition ${repetition + 1} of ${repetitions}`);
        const watch = new Stopwatch();
        watch.start();
        one.vectors = await one.model.embedImages(images);
        watch.stop();
        one.watches.push(watch);
      }
    }
  } finally {
    for (const { model } of models) await model.close();
  }
  const [first] = models;
  return models.map(({ runtime, watches, vectors }) => ({
    ...{ runtime, files },
    picturesPerSecond: images.length / median(watches.map(({ seconds }) => seconds)),
    picturesPerCore: images.length / median(watches.map(({ cpuSeconds }) => cpuSeconds)),
    difference: largestDifference(vectors, first?.vectors ?? []),
  }));
}

function isInstalled(runtime: Runtime): boolean {
  try {
    mobilenet({ runtime });
    return true;
  } catch {
    return false;
  }
}

function largestDifference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  const differences = a.map((vector, i) =>
    Math.max(...Array.from(vector, (x, j) => Math.abs(x - (b[i]?.[j] ?? Number.NaN)))),
  );
  return Math.max(...differences);
}

/** Pictures that the model is given when they come to a collection again, under other ids. */
async function embedTwice(images: readonly Buffer[]): Promise<number> {
  await using embedding = mobilenet({ threads: 1 });
  await using database = await open(':memory:');
  const collection = await database.collection('pictures', { embedding });
  await collection.upsert(images.map((image, i) => ({ id: `first${i}`, image })));
  const { embedded } = (await collection.stats()).embedding;
  await collection.upsert(images.map((image, i) => ({ id: `again${i}`, image })));
  return (await collection.stats()).embedding.embedded - embedded;
}

function goalsOf(rows: readonly PictureRow[], embeddedAgain: number): Goal[] {
  const difference = Math.max(...rows.map((row) => row.difference));
  return [
    {
      promise: `runtimes agree to ${DIFFERENCE_MAX}`,
      found: difference.toExponential(1),
      kept: difference <= DIFFERENCE_MAX,
    },
    {
      promise: 'pictures that come again are not embedded again',
      found: `${whole(embeddedAgain)} embedded`,
      kept: embeddedAgain === 0,
    },
  ];
}
