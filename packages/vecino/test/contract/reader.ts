import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What a reading process is asked to call. */
export interface Asked {
  readonly target: 'shelf' | 'database';
  readonly method: string;
  readonly args: readonly unknown[];
  /** Of the collection, whose method is called. */
  readonly namespace?: string | undefined;
}

/** A process of its own that has the folder open for reading only. */
export class Reader {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor(folder: string) {
    const script = fileURLToPath(new URL('./reader-process.ts', import.meta.url));
    this.child = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.child.stdout) throw new Error('the reading process has no output');
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts a reader of the running test's own and waits until it has opened the collection "shelf". */
  static async start(folder: string): Promise<Reader> {
    const reader = new Reader(folder);
    onTestFinished(() => void reader.child.kill());
    await reader.line();
    return reader;
  }

  /** Calls a method of the reader's collection: its value, or `{ code }` of its error. */
  async ask<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.call<T>({ target: 'shelf', method, args });
  }

  async call<T>(asked: Asked): Promise<T> {
    this.child.stdin?.write(`${JSON.stringify(asked)}\n`);
    const answer = (await this.line()) as { value: T } | { code: string };
    return 'value' in answer ? answer.value : (answer as T);
  }

  private async line(): Promise<unknown> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the reading process has ended');
    return JSON.parse(value);
  }
}
