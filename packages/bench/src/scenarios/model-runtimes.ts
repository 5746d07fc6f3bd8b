/** The runtimes of a local model beside each other: what each of them does in a second, and whether they agree. */
import { median } from 'vecino/measure';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded } from '../report/numbers.ts';
import { type Column, type Table, tableOf } from './report/table.ts';
import type { Goal } from './scenario.ts';

const RUNTIMES = ['native', 'wasm'] as const;
type Runtime = (typeof RUNTIMES)[number];

/** How far apart the numbers of two runtimes may be. */
const DIFFERENCE_MAX = 1e-4;

/** A local model as it is timed. */
export interface TimedModel<Input> {
  vectorsOf(inputs: readonly Input[]): Promise<readonly ArrayLike<number>[]>;
  close(): Promise<void>;
}

export interface RuntimeTask<Input> {
  /** Throws where the runtime is not installed. */
  readonly modelOf: (runtime: Runtime) => TimedModel<Input>;
  readonly inputs: readonly Input[];
  readonly repetitions: number;
  /** What the inputs are, for the progress. */
  readonly what: string;
}

export interface RuntimeRow {
  readonly runtime: Runtime;
  readonly perSecond: number;
  /** By processor time: what one processor does that does nothing else. */
  readonly perCore: number;
  /** The largest difference of any number from those of the first runtime. */
  readonly difference: number;
}

/** Those that are installed, in turns: all inputs in one call, again and again, after a first one that loads the model. */
export async function timeRuntimes<Input>(
  { modelOf, inputs, repetitions, what }: RuntimeTask<Input>,
  progress: Progress,
): Promise<RuntimeRow[]> {
  const models = RUNTIMES.flatMap((runtime) => {
    const model = installed(() => modelOf(runtime));
    return model
      ? [{ runtime, model, watches: [] as Stopwatch[], vectors: [] as readonly ArrayLike<number>[] }]
      : [];
  });
  try {
    for (const { model } of models) await model.vectorsOf(inputs.slice(0, 1));
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const one of models) {
        progress(`${one.runtime}, ${what}: repetition ${repetition + 1} of ${repetitions}`);
        const watch = new Stopwatch();
        watch.start();
        one.vectors = await one.model.vectorsOf(inputs);
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
    perSecond: inputs.length / median(watches.map(({ seconds }) => seconds)),
    perCore: inputs.length / median(watches.map(({ cpuSeconds }) => cpuSeconds)),
    difference: largestDifference(vectors, first?.vectors ?? []),
  }));
}

/** @param noun what a model is given: `texts` */
export function tableOfRuntimes<Row extends RuntimeRow>(
  noun: string,
  rows: readonly Row[],
  ...more: readonly Column<Row>[]
): Table {
  return tableOf('Runtimes', rows, [
    { head: 'runtime', align: 'l', cell: ({ runtime }) => runtime },
    ...more,
    { head: `${noun} a second`, cell: ({ perSecond }) => rounded(perSecond) },
    { head: `${noun} a second a core`, cell: ({ perCore }) => rounded(perCore) },
    { head: 'largest difference', cell: ({ difference }) => difference.toExponential(1) },
  ]);
}

export function agreement(rows: readonly RuntimeRow[]): Goal {
  const difference = Math.max(...rows.map((row) => row.difference));
  return {
    promise: `runtimes agree to ${DIFFERENCE_MAX}`,
    found: difference.toExponential(1),
    kept: difference <= DIFFERENCE_MAX,
  };
}

function installed<Model>(make: () => Model): Model | undefined {
  try {
    return make();
  } catch {
    return undefined;
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
