import type { Reporter, SerializedError, TestModule } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends the output with one line that people and machines can rely on: `12 passed, 0 failed`, with
 * `, 1 skipped` where a test was skipped.
 *
 * What fails outside a test counts as one failed test: a file that cannot be loaded, a hook that throws, an
 * error that nobody caught, a run without a test or one that ends before its report. The line is written when the process exits,
 * because other reporters write until then.
 */
export default class TestReporter implements Reporter {
  private tally: Tally = { passed: 0, failed: 1, skipped: 0 };

  onInit(): void {
    process.once('exit', () => process.stdout.write(`${describe(this.tally)}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    if (modules.length === 0) return;
    this.tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) this.count(module);
  }

  private count(module: TestModule): void {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that never came to run, because the run was broken off, has not passed.
      this.tally[state === 'pending' ? 'failed' : state]++;
    }
    const suites = [module, ...module.children.allSuites()];
    this.tally.failed += suites.filter((suite) => suite.errors().length > 0).length;
  }
}

function describe({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
