import { Worker } from 'node:worker_threads';
import { VecinoError } from '../base/errors.ts';
import type { CheckReply, CheckThreadData } from './check-messages.ts';
import { uncarry } from './writer-messages.ts';

/** Problems of a database file, found on a thread of its own; see {@link checkStore}. */
export function checkOnThread(file: string): Promise<string[]> {
  const script = import.meta.url.endsWith('.ts') ? './check-thread.ts' : './check-thread.js';
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(script, import.meta.url), {
      workerData: { file } satisfies CheckThreadData,
      name: 'vecino check',
      // Without the process's own flags: some, such as `--input-type` of `node --eval`, stop a thread.
      execArgv: [],
    });
    worker.once('message', (reply: CheckReply) => {
      if ('problems' in reply) resolve(reply.problems);
      else reject(uncarry(reply.error));
    });
    worker.once('error', reject);
    // After an answer this changes nothing.
    worker.once('exit', () =>
      reject(new VecinoError('STORE_IO', `the thread that checks ${file} has ended`)),
    );
  });
}
