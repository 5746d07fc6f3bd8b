import type { Machine } from '../../measure/machine.ts';
import type { Conditions, Findings } from '../scenario.ts';

/** The findings of one run, and where, when and under what conditions they were made. */
export interface ScenarioReport extends Findings {
  readonly scenario: string;
  readonly machine: Machine;
  readonly conditions: Omit<Conditions, 'cacheFolder'>;
  readonly options: unknown;
  /** Length of the whole run, preparations included. */
  readonly seconds: number;
}
