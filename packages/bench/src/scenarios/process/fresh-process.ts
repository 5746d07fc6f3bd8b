import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../../progress.ts';

/** Work that can be done in another process: an exported function of plain data. */
export type Step<Task, Result> = (task: Task, progress: Progress) => Promise<Result>;

/** What the parent tells its process to do. */
export interface Order {
  /** URL of the module that exports the step. */
  readonly module: string;
  readonly step: string;
  readonly task: unknown;
}

export type Message =
  | { readonly kind: 'progress'; readonly message: string }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly message: string };

/**
 * Does a step in a process of its own, whose memory nobody has touched before and whose end leaves nothing
 * behind, and answers its result.
 *
 * @param module the URL of the module that exports `step` by its name
 */
export function inFreshProcess<Task, Result>(
  module: URL,
  step: Step<Task, Result>,
  task: Task,
  progress: Progress,
): Promise<Result> {
  const child = fork(fileURLToPath(new URL('./fresh-process-main.ts', import.meta.url)), {
    // No flags of the parent (a test runner's, say) are passed on.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let outcome: Message | undefined;
    child.on('message', (message: Message) => {
      if (message.kind === 'progress') progress(message.message);
      else outcome = message;
    });
    child.on('error', reject);
    // Its memory is free again only when it has ended.
    child.on('exit', (code, signal) => {
      if (outcome?.kind === 'result') resolve(outcome.result as Result);
      else if (outcome?.kind === 'error') reject(new Error(outcome.message));
      else reject(new Error(`the process of "${step.name}" ended with ${signal ?? `code ${code}`}`));
    });
    child.send({ module: module.href, step: step.name, task } satisfies Order);
  });
}
