/**
 * `results/README.md`: every promise and what was found, over all data sets and scenarios whose results lie in
 * the folder. It is made from their JSON, so runs of different days can be brought together on it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whole } from './numbers.ts';
import { table } from './table.ts';

/** What is read of a result: of a race on a data set, or of a scenario. */
interface Result extends Omit<ResultFile, 'goals'> {
  readonly file: string;
  readonly goals: readonly FoundGoal[];
}

interface FoundGoal {
  readonly promise: string;
  readonly found: string;
  /** Races have three verdicts, scenarios two. */
  readonly verdict?: string;
  readonly kept?: boolean;
}

interface ResultFile {
  readonly goals?: readonly FoundGoal[];
  readonly machine: { readonly date: string; readonly commit: string; readonly processor: string };
  readonly dataset?: { readonly name: string; readonly size: number; readonly dimension: number };
  readonly title?: string;
}

export function toSummary(folder: string): string {
  const results = readResults(folder);
  const races = results.filter(({ dataset }) => dataset !== undefined);
  const scenarios = results.filter(({ dataset }) => dataset === undefined);
  const sections = [
    '# Results of the benchmark',
    'Made from the results in this folder; each links to its own page with every figure, the machine and the settings. A promise that was not kept is marked **no**.',
    raceTable(races),
    ...races.map(({ file }) => `![${file}](${file}.svg)`),
    scenarios.length > 0 && '## Scenarios',
    scenarioTable(scenarios),
    '## When and where',
    runTable(results),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function readResults(folder: string): Result[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name): Result[] => {
      const result = JSON.parse(readFileSync(join(folder, name), 'utf8')) as ResultFile;
      // Results of earlier versions of the bench have no goals in them.
      return result.goals ? [{ ...result, goals: result.goals, file: name.slice(0, -'.json'.length) }] : [];
    });
}

/** A line for each promise, a column for each data set. */
function raceTable(races: readonly Result[]): string {
  const promises = [...new Set(races.flatMap(({ goals }) => goals.map(({ promise }) => promise)))];
  if (promises.length === 0) return '';
  const heads = races.map(
    ({ file, dataset }) => `[${file}](${file}.md), ${whole(dataset?.size ?? 0)} x ${dataset?.dimension}`,
  );
  const cells = promises.map((promise) => [
    promise,
    ...races.map(({ goals }) => cell(goals.find((goal) => goal.promise === promise))),
  ]);
  return table(['promise', ...heads], `l${'r'.repeat(races.length)}`, cells);
}

function scenarioTable(scenarios: readonly Result[]): string {
  const cells = scenarios.flatMap(({ file, title, goals }) =>
    goals.map((goal) => [`[${title ?? file}](${file}.md)`, goal.promise, cell(goal)]),
  );
  return cells.length === 0 ? '' : table(['scenario', 'promise', 'found'], 'llr', cells);
}

function cell(goal: FoundGoal | undefined): string {
  if (!goal) return '';
  if (goal.verdict === 'undecided') return `${goal.found} (undecided)`;
  return goal.verdict === 'kept' || goal.kept ? goal.found : `${goal.found} **no**`;
}

function runTable(results: readonly Result[]): string {
  const cells = results.map(({ file, machine }) => [
    `[${file}](${file}.md)`,
    machine.date.slice(0, 16).replace('T', ' '),
    machine.commit,
    machine.processor,
  ]);
  return table(['result', 'date', 'commit', 'processor'], 'llll', cells);
}
