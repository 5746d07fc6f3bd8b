import { pinToProcessor, releaseFromProcessor } from '../measure/pinning.ts';
import type { Conditions } from './scenario.ts';

/** Does timed work with all threads of this process tied to the processor that the conditions name, if any. */
export async function pinned<T>({ pinTo }: Conditions, work: () => Promise<T>): Promise<T> {
  if (pinTo === undefined) return work();
  if (!pinToProcessor(process.pid, pinTo)) {
    throw new Error(`cannot tie this process to processor ${pinTo}; run with --not-pinned`);
  }
  try {
    return await work();
  } finally {
    releaseFromProcessor(process.pid);
  }
}
