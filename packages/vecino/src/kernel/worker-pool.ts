import { Worker } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import type { SharedSpace } from './vector-space.ts';

/** What a worker is asked; the space travels with the first task that concerns it. */
export interface TaskMessage {
  readonly id: number;
  readonly task: string;
  readonly spaceId: number;
  readonly space: SharedSpace | undefined;
  readonly args: unknown;
}

/** What a worker forgets: the index was closed. */
export interface ForgetMessage {
  readonly forget: number;
}

export type TaskReply =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: { code: string; message: string; details: Readonly<Record<string, unknown>> };
    };

interface Running {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Member {
  readonly worker: Worker;
  readonly running: Map<number, Running>;
  readonly spaces: Set<number>;
}

/**
 * Worker threads that work on indexes in shared memory. Member i has lane i + 1 of every index. A task goes to
 * the member with the least to do, or to a named one; a member does its tasks one after another. Idle members
 * do not keep the process alive.
 */
export class WorkerPool {
  readonly size: number;
  private readonly script: URL;
  private readonly members: (Member | undefined)[];
  private nextTask = 1;
  private closed = false;

  /** @param script the worker's entry file, which knows the tasks */
  constructor(size: number, script: URL) {
    this.size = size;
    this.script = script;
    this.members = Array.from({ length: size }, () => undefined);
  }

  /** Runs a named task on an index; `member` chooses the thread, the least busy one otherwise. */
  run<T>(
    task: string,
    spaceId: number,
    space: SharedSpace,
    args: unknown,
    member = this.leastBusy(),
  ): Promise<T> {
    if (this.closed) return Promise.reject(new VecinoError('DATABASE_CLOSED', 'the database is closed'));
    const { worker, running, spaces } = this.member(member);
    const id = this.nextTask++;
    const known = spaces.has(spaceId);
    spaces.add(spaceId);
    const message: TaskMessage = { id, task, spaceId, space: known ? undefined : space, args };
    return new Promise<T>((resolve, reject) => {
      running.set(id, { resolve: resolve as (result: unknown) => void, reject });
      worker.ref();
      worker.postMessage(message);
    });
  }

  /** Lets the members drop their views of an index that is closed. */
  forget(spaceId: number): void {
    for (const member of this.members) {
      if (member?.spaces.delete(spaceId))
        member.worker.postMessage({ forget: spaceId } satisfies ForgetMessage);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.members.map((member) => member?.worker.terminate()));
  }

  private leastBusy(): number {
    let best = 0;
    for (let i = 1; i < this.size; i++) {
      const load = this.members[i]?.running.size ?? 0;
      if (load < (this.members[best]?.running.size ?? 0)) best = i;
    }
    return best;
  }

  private member(ordinal: number): Member {
    this.members[ordinal] ??= this.start(ordinal);
    return present(this.members[ordinal], `worker ${ordinal}`);
  }

  private start(ordinal: number): Member {
    const worker = new Worker(this.script, {
      workerData: { lane: ordinal + 1 },
      name: `vecino-${ordinal + 1}`,
      // Without the process's own flags: some, such as `--input-type` of `node --eval`, stop a thread.
      execArgv: [],
    });
    const member: Member = { worker, running: new Map(), spaces: new Set() };
    worker.unref();
    worker.on('message', (reply: TaskReply) => {
      const task = present(member.running.get(reply.id), `task ${reply.id}`);
      member.running.delete(reply.id);
      if (member.running.size === 0) worker.unref();
      if ('result' in reply) task.resolve(reply.result);
      else task.reject(reviveError(reply.error));
    });
    const fail = (cause: unknown) => {
      this.members[ordinal] = undefined;
      for (const task of member.running.values()) {
        task.reject(
          new VecinoError('INTERNAL', `worker thread ${ordinal + 1} ended unexpectedly`, { cause }),
        );
      }
      member.running.clear();
    };
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`exit code ${code}`)));
    return member;
  }
}

function reviveError(error: {
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
}): Error {
  return new VecinoError(error.code as VecinoError['code'], error.message, { details: error.details });
}
