/** Entry of the worker threads that build and search indexes. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert, present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import type { ForgetMessage, TaskMessage, TaskReply } from '../../kernel/worker-pool.ts';
import { TASKS, type TaskName } from './tasks.ts';

const port = present(parentPort, 'parent port of a worker');
const { lane } = workerData as { lane: number };
const spaces = new Map<number, VectorSpace>();

port.on('message', (message: TaskMessage | ForgetMessage) => {
  if ('forget' in message) {
    spaces.delete(message.forget);
    return;
  }
  port.postMessage(answer(message));
});

function answer({ id, task, spaceId, space, args }: TaskMessage): TaskReply {
  try {
    if (space) spaces.set(spaceId, new VectorSpace(space, lane));
    assert(Object.hasOwn(TASKS, task), `task "${task}" is known`);
    const run = TASKS[task as TaskName] as (space: VectorSpace, args: unknown) => unknown;
    return { id, result: run(present(spaces.get(spaceId), `space ${spaceId}`), args) };
  } catch (error) {
    const known =
      error instanceof VecinoError ? error : new VecinoError('INTERNAL', String(error), { cause: error });
    return { id, error: known.toJSON() };
  }
}
