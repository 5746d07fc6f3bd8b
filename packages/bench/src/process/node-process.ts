import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.ts';
import { describeEnding, end, pidOf } from './child.ts';
import type { FromPeer, Replies, Request } from './messages.ts';
import type { PeerProcess } from './peer-process.ts';

/** A process that runs engines for Node. */
export class NodeProcess implements PeerProcess {
  readonly #child: ChildProcess;
  readonly #progress: Progress;

  /** @param main the script of the process */
  constructor(main: URL, progress: Progress) {
    this.#progress = progress;
    this.#child = fork(fileURLToPath(main), {
      // No flags of the parent (a test runner's, say) are passed on.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  get pid(): number {
    return pidOf(this.#child);
  }

  ask<R extends Request>(request: R): Promise<Replies[R['kind']]> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
      };
      const onMessage = (message: FromPeer) => {
        if (message.kind === 'progress') {
          this.#progress(message.message);
          return;
        }
        settle();
        if (message.kind === 'error') reject(new Error(message.message));
        else resolve(message.value as Replies[R['kind']]);
      };
      const onExit = (code: number | null, signal: string | null) => {
        settle();
        reject(describeEnding(code, signal, request.kind));
      };
      this.#child.on('message', onMessage);
      this.#child.on('exit', onExit);
      this.#child.send(request);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#child);
  }
}
