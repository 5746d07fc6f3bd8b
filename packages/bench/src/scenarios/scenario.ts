import type { Progress } from '../progress.ts';
import type { LinePlot } from './report/line-plot.ts';
import type { Table } from './report/table.ts';

/** How large a run is: for keeps, for tuning, or for the tests. */
export type Size = 'full' | 'quick' | 'tiny';

/** What every scenario of a run has in common. */
export interface Conditions {
  readonly seed: number;
  readonly M: number;
  readonly efConstruction: number;
  /** The processor that timed searches of one thread are tied to; undefined leaves them free. */
  readonly pinTo: number | undefined;
  /** Holds prepared data sets, and the folders of collections while they are measured. */
  readonly cacheFolder: string;
}

/** A figure or a word of a row. */
export type Value = string | number | boolean;

/** One measurement with all that it depends on; rows of many runs can be thrown together. */
export type Row = Readonly<Record<string, Value>>;

/** A promise of the project and what a run says of it. */
export interface Goal {
  readonly promise: string;
  readonly found: string;
  readonly kept: boolean;
}

/** What one run of a scenario found, as plain data that can be sent from process to process. */
export interface Findings {
  /** Tells this run from others of the scenario; part of the names of its files. */
  readonly subject: string;
  readonly title: string;
  /** How it was measured, for who reads the table. */
  readonly method: string;
  readonly rows: readonly Row[];
  readonly tables: readonly Table[];
  readonly plots: readonly LinePlot[];
  readonly goals: readonly Goal[];
}

/** A part of a user's life with a collection that is measured by itself, without rivals. */
export interface Scenario<Options = unknown> {
  /** In a sentence, for `--help`. */
  readonly about: string;
  /** Too long to be run where no scenario is named. */
  readonly onlyWhenNamed?: boolean;
  /** The runs that each size consists of. */
  readonly sizes: Readonly<Record<Size, readonly Options[]>>;
  run(options: Options, conditions: Conditions, progress: Progress): Promise<Findings>;
}
