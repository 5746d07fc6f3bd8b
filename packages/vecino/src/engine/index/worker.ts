/** Entry of the worker threads that build and search indexes. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { assert, present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import type { ForgetMessage, TaskMessage, TaskReply } from '../../kernel/worker-pool.ts';
import { TASKS, type TaskName } from './tasks.ts';

/** Length of a turn of long work. */
const TURN_MS = 8;

const port = present(parentPort, 'parent port of a worker');
const { lane } = workerData as { lane: number };
const spaces = new Map<number, VectorSpace>();

port.on('message', (message: TaskMessage | ForgetMessage) => {
  if ('forget' in message) {
    spaces.delete(message.forget);
    return;
  }
  void answer(message).then((reply) => port.postMessage(reply));
});

async function answer({ id, task, spaceId, space, args }: TaskMessage): Promise<TaskReply> {
  try {
    if (space) spaces.set(spaceId, new VectorSpace(space, lane));
    assert(Object.hasOwn(TASKS, task), `task "${task}" is known`);
    const run = TASKS[task as TaskName] as (space: VectorSpace, args: unknown) => unknown;
    const result = run(present(spaces.get(spaceId), `space ${spaceId}`), args);
    return { id, result: isLong(result) ? await inTurns(result, spaceId) : result };
  } catch (error) {
    const known =
      error instanceof VecinoError ? error : new VecinoError('INTERNAL', String(error), { cause: error });
    return { id, error: known.toJSON() };
  }
}

/** Goes on with long work in turns, and answers other tasks in between, until nobody wants it any more. */
async function inTurns(work: Generator<void, unknown>, spaceId: number): Promise<unknown> {
  while (spaces.has(spaceId)) {
    const end = performance.now() + TURN_MS;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < end);
    await nextTurn();
  }
  return undefined;
}

function isLong(result: unknown): result is Generator<void, unknown> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result;
}
