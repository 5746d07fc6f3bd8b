import { describeMachine } from '../measure/machine.ts';
import type { Progress } from '../progress.ts';
import { SCENARIOS, type ScenarioName } from './registry.ts';
import type { ScenarioReport } from './report/report.ts';
import type { Conditions, Scenario } from './scenario.ts';

/** One run of one scenario. */
export interface ScenarioTask {
  readonly scenario: ScenarioName;
  /** One of those that the scenario has for the size. */
  readonly options: unknown;
  readonly conditions: Conditions;
}

/** Runs a scenario once and answers its report. */
export async function runScenario(task: ScenarioTask, progress: Progress): Promise<ScenarioReport> {
  const scenario: Scenario = SCENARIOS[task.scenario];
  const machine = describeMachine();
  const start = performance.now();
  const findings = await scenario.run(task.options, task.conditions, progress);
  const { cacheFolder: _, ...conditions } = task.conditions;
  return {
    ...findings,
    scenario: task.scenario,
    machine,
    conditions,
    options: task.options,
    seconds: (performance.now() - start) / 1000,
  };
}
