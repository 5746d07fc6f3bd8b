/**
 * `npm run bench:recipes`: which recipe of FAISS's inverted lists is the best on a data set. For each recipe it
 * prints what building costs and the speed at each recall, by processor time, on the upper envelope over nprobe
 * and the refine factor. Its winners stand in `peers/faiss-recipes.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crossingOf, paretoFront, valueAt } from 'vecino/measure';
import { between } from '../around-recalls.ts';
import type { DatasetName } from '../datasets/dataset.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import { type PreparedDataset, readBase, readQueries } from '../datasets/prepared.ts';
import { DATASETS } from '../datasets/registry.ts';
import { rowsForMetric } from '../distance.ts';
import { measureGrid } from '../effort-grid.ts';
import { groundTruthOf } from '../ground-truth.ts';
import { NPROBE, NPROBE_AND_REFINE } from '../knob.ts';
import { pinToProcessor } from '../measure/pinning.ts';
import { FAISS_LISTS_PROGRAM } from '../peers/native.ts';
import { NativeProcess } from '../process/native-process.ts';
import { progressOnStderr } from '../progress.ts';
import { meanRecall, type RecallBasis } from '../recall.ts';
import { rounded, whole } from '../report/numbers.ts';
import { table } from '../report/table.ts';

/**
 * Recipes that are worth a try, by data set: lists around the square root of the rows, and codes of 1 or 2 bits a
 * dimension. Codes of residuals (`x4fsr`), which need tables for every list, were slower on Fashion-MNIST with any
 * number of lists, by a tenth to a third.
 */
const CANDIDATES: Readonly<Record<DatasetName, readonly string[]>> = {
  'fashion-mnist': crossed([64, 128, 256, 512], ['PQ98x4fs', 'PQ196x4fs', 'PQ392x4fs']),
  glosses: crossed([64, 128, 256, 512], ['PQ96x4fs', 'PQ192x4fs']),
  glove: crossed([256, 512, 1_024, 2_048], ['PQ25x4fs', 'PQ50x4fs']),
  synthetic: crossed([1_024, 2_048, 4_096], ['PQ32x4fs', 'PQ64x4fs']),
};
const RECALLS = [0.9, 0.95, 0.99] as const;
const K = 10;
const SECONDS_MIN = 0.15;
const QUERIES = 1_000;

const CACHE_FOLDER = join(import.meta.dirname, '..', '..', '.cache');

const { values: given } = parseArgs({
  options: {
    dataset: { type: 'string', multiple: true },
    recipe: { type: 'string', multiple: true },
    processor: { type: 'string', default: '0' },
    seed: { type: 'string', default: '42' },
  },
});
const progress = progressOnStderr();
const seed = Number(given.seed);
for (const maker of Object.values(DATASETS)) {
  if (given.dataset && !given.dataset.includes(maker.name)) continue;
  const request = { name: maker.name, size: maker.defaultSize, queries: QUERIES, dimension: 128, seed };
  const dataset = await prepareDataset(request, CACHE_FOLDER, progress);
  const basis = await basisOf(dataset);
  const lines: string[][] = [];
  for (const recipe of given.recipe ?? CANDIDATES[maker.name]) {
    progress(`${maker.name}: ${recipe}`);
    lines.push([recipe, ...(await tried(dataset, basis, recipe))]);
  }
  const { size, dimension, metric } = dataset.facts;
  console.log(`\n## ${maker.name}, ${whole(size)} x ${dimension}, ${metric}\n`);
  const heads = ['recipe', 'build CPU s', ...RECALLS.map((recall) => `QPS at ${recall}`), 'nprobe x refine'];
  console.log(table(heads, 'lrrrrl', lines));
}

function crossed(nlists: readonly number[], codes: readonly string[]): string[] {
  return nlists.flatMap((nlist) => codes.map((code) => `IVF${nlist},${code},RFlat`));
}

/** What building cost, the speed at each recall, and the efforts around the highest one. */
async function tried(dataset: PreparedDataset, basis: RecallBasis, recipe: string): Promise<string[]> {
  const { name, dimension, metric } = dataset.facts;
  const folder = mkdtempSync(join(CACHE_FOLDER, 'recipe-'));
  try {
    await using process = new NativeProcess(FAISS_LISTS_PROGRAM);
    pinToProcessor(process.pid, Number(given.processor));
    const parameters = { recipe, M: 0, efConstruction: 0, seed, threads: 1 };
    const concerning = {
      peer: 'faiss-ivfpq',
      dataset: dataset.folder,
      dimension,
      metric,
      folder,
      parameters,
    } as const;
    const { cpuSeconds } = await process.ask({ kind: 'build', ...concerning });
    await process.ask({ kind: 'open', ...concerning });
    const course = { queries: QUERIES, k: K, batch: 1 };
    const grid = await measureGrid({
      knob: recipe.endsWith('RFlat') ? NPROBE_AND_REFINE : NPROBE,
      low: Math.min(...RECALLS),
      high: Math.max(...RECALLS),
      recallOf: async (effort) => {
        const { rows } = await process.ask({ kind: 'answer', ...course, ...effort });
        return meanRecall(basis, rows, K);
      },
      timed: (effort) =>
        process.ask({
          kind: 'time',
          ...course,
          ...effort,
          withRecords: false,
          warming: 50,
          secondsMin: SECONDS_MIN,
        }),
    });
    const envelope = paretoFront(grid);
    const speeds = RECALLS.map((recall) => {
      const crossing = crossingOf(
        envelope.map((point) => point.recall),
        recall,
      );
      if (!crossing) return '';
      const qps = valueAt(
        envelope.map((point) => point.qps),
        crossing,
      );
      return whole(qps);
    });
    const pairs = between(envelope, 0.95, 0.99).map(({ effort, refine }) => `${effort} x ${refine}`);
    progress(`${name}: ${recipe} has ${speeds.join(' / ')} QPS in ${grid.length} pairs`);
    return [rounded(cpuSeconds), ...speeds, pairs.join(', ')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function basisOf(dataset: PreparedDataset): Promise<RecallBasis> {
  const { metric, dimension } = dataset.facts;
  return {
    base: rowsForMetric(readBase(dataset.folder), dimension, metric),
    queries: rowsForMetric(readQueries(dataset.folder), dimension, metric),
    dimension,
    truth: await groundTruthOf(dataset, CACHE_FOLDER, progress),
  };
}
