/**
 * What it costs to make vectors of pictures with the local model: each of its runtimes by itself, on one thread, for
 * small drawings and for files as large as photos, whose decoding costs too; and a collection that is given the same
 * pictures for the second time.
 */
import { mobilenet } from '@vecino/mobilenet';
import sharp from 'sharp';
import { open } from 'vecino';
import { drawings } from '../datasets/drawings.ts';
import type { Progress } from '../progress.ts';
import { whole } from '../report/numbers.ts';
import type { DataRequest } from './data.ts';
import {
  agreement,
  type RuntimeRow,
  type RuntimeTask,
  tableOfRuntimes,
  timeRuntimes,
} from './model-runtimes.ts';
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

interface PictureRow extends RuntimeRow {
  readonly files: string;
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
    ...(await timedOn('SVG drawings', small, repetitions, progress)),
    ...(await timedOn(`JPEG, ${whole(edge)} x ${whole(edge)}`, large, repetitions, progress)),
  ];
  const embeddedAgain = await embedTwice(small);
  return {
    subject: 'openmoji',
    title: `Pictures: ${whole(count)} drawings of OpenMoji, MobileNetV2`,
    method: `All pictures in one call on one thread of the model, decoded beside it; the runtimes take turns in ${repetitions} repetitions after a first call that loads them, medians are shown. "A core" counts processor time of the whole process. How good the vectors are docs/image-similarity.md tells.`,
    rows: [
      ...rows.map(({ perSecond, perCore, ...row }) => ({
        what: 'runtime',
        pictures: count,
        ...row,
        picturesPerSecond: perSecond,
        picturesPerCore: perCore,
      })),
      { what: 'collection', pictures: count, embeddedAgain },
    ],
    tables: [tableOfRuntimes('pictures', rows, { head: 'files', align: 'l', cell: ({ files }) => files })],
    plots: [],
    goals: goalsOf(rows, embeddedAgain),
  };
}

async function timedOn(
  files: string,
  inputs: readonly Buffer[],
  repetitions: number,
  progress: Progress,
): Promise<PictureRow[]> {
  const modelOf: RuntimeTask<Buffer>['modelOf'] = (runtime) => {
    const model = mobilenet({ runtime, threads: 1 });
    return { vectorsOf: (images) => model.embedImages(images), close: () => model.close() };
  };
  const rows = await timeRuntimes({ modelOf, inputs, repetitions, what: files }, progress);
  return rows.map((row) => ({ files, ...row }));
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
  return [
    agreement(rows),
    {
      promise: 'pictures that come again are not embedded again',
      found: `${whole(embeddedAgain)} embedded`,
      kept: embeddedAgain === 0,
    },
  ];
}
