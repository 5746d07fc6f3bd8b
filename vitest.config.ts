import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/{src,test,convert}/**/*.test.ts', 'examples/**/*.test.ts'],
    // A process for each test file: files start worker threads, lock folders and end processes of their own.
    pool: 'forks',
    // On two processors one file at a time would leave half of them idle: most of a file's time is one thread's.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // No test sleeps; these limits only end one that hangs. Slower tests state their own.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test that leaves a thread or a folder behind has a bug; nothing is hidden by a second attempt.
    retry: 0,
    reporters: ['default', './test-reporter.ts'],
  },
});
