import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.ts';
import type { FromPeer, Replies, Request } from './messages.ts';

/**
 * One engine in a process of its own, so that memory, garbage collection and the event loop are its own,
 * and so that it can be pinned. It does one request at a time and sleeps in between, which lets two engines
 * take turns with both of their indexes in memory.
 */
export class PeerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
    this.#child = fork(fileURLToPath(new URL('./peer-process-main.ts', import.meta.url)), {
      // No flags of the parent (a test runner's, say) are passed on.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process of an engine could not be started');
    return this.#child.pid;
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
        reject(
          new Error(`the engine's process ended with ${signal ?? `code ${code}`} during "${request.kind}"`),
        );
      };
      this.#child.on('message', onMessage);
      this.#child.on('exit', onExit);
      this.#child.send(request);
    });
  }

  /** Ends the process, in the middle of its work where there is some. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
  }
}
