/** `npm run bench`: progress on stderr, the report on stdout and in files. */
import { availableParallelism } from 'node:os';
import { runBenchmark } from './benchmark.ts';
import { HELP, readInvocation } from './options.ts';
import { progressOnStderr } from './progress.ts';
import { toMarkdown } from './report/markdown.ts';
import { writeReport } from './report/write.ts';
import { quoteResultsOf } from './tuning/document.ts';

try {
  const invocation = readInvocation(process.argv.slice(2), availableParallelism());
  if (invocation === undefined) {
    console.log(HELP);
  } else {
    const progress = progressOnStderr();
    for (const run of invocation.runs) {
      const report = await runBenchmark(run, progress);
      const files = writeReport(report, invocation.outFolder);
      quoteResultsOf(invocation.outFolder);
      progress(`written: ${files.join(', ')}`);
      console.log(toMarkdown(report));
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
