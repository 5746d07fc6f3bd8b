import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Message, Order, Step } from './fresh-process.ts';

/** How a process has ended that may kill itself. */
export interface Life<Result> {
  /** Undefined where it was killed. */
  readonly result: Result | undefined;
  /** What it has told, and when, in milliseconds of this process's clock. */
  readonly told: readonly { readonly message: string; readonly atMs: number }[];
  readonly endMs: number;
}

/** Does a step in a process of its own, as `inFreshProcess` does, and takes it for an answer that it was killed. */
export function inMortalProcess<Task, Result>(
  module: URL,
  step: Step<Task, Result>,
  task: Task,
): Promise<Life<Result>> {
  const child = fork(fileURLToPath(new URL('./fresh-process-main.ts', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const told: { message: string; atMs: number }[] = [];
  return new Promise((resolve, reject) => {
    let outcome: Message | undefined;
    child.on('message', (message: Message) => {
      if (message.kind === 'progress') told.push({ message: message.message, atMs: performance.now() });
      else outcome = message;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const endMs = performance.now();
      if (outcome?.kind === 'result') resolve({ result: outcome.result as Result, told, endMs });
      else if (outcome?.kind === 'error') reject(new Error(outcome.message));
      else if (signal === 'SIGKILL') resolve({ result: undefined, told, endMs });
      else reject(new Error(`the process of "${step.name}" ended with ${signal ?? `code ${code}`}`));
    });
    child.send({ module: module.href, step: step.name, task } satisfies Order);
  });
}
