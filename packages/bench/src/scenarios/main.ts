/** `npm run bench:scenarios`: progress on stderr, the reports on stdout and in files. */
import { availableParallelism } from 'node:os';
import { progressOnStderr } from '../progress.ts';
import { quoteResultsOf } from '../tuning/document.ts';
import { HELP, type Invocation, readInvocation } from './options.ts';
import { inFreshProcess } from './process/fresh-process.ts';
import { SCENARIOS } from './registry.ts';
import { toMarkdown } from './report/markdown.ts';
import { writeScenarioReport } from './report/write.ts';
import { runScenario, type ScenarioTask } from './run.ts';

try {
  const invocation = readInvocation(process.argv.slice(2), availableParallelism());
  if (invocation === undefined) console.log(HELP);
  else await runAll(invocation);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Each run has a process of its own, so that none inherits the memory of another. */
async function runAll(invocation: Invocation): Promise<void> {
  const progress = progressOnStderr();
  for (const task of tasksOf(invocation)) {
    progress(`scenario ${task.scenario}`);
    const report = await inFreshProcess(new URL('./run.ts', import.meta.url), runScenario, task, progress);
    const files = writeScenarioReport(report, invocation.outFolder);
    quoteResultsOf(invocation.outFolder);
    progress(`written: ${files.join(', ')}`);
    console.log(toMarkdown(report));
  }
}

function tasksOf({ scenarios, size, dataset, conditions }: Invocation): ScenarioTask[] {
  return scenarios.flatMap((scenario) =>
    SCENARIOS[scenario].sizes[size]
      .filter((options) => dataset === undefined || options.data.dataset === dataset)
      .map((options) => ({ scenario, options, conditions })),
  );
}
