import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/**
 * Ties all threads of a process, and those that they will start, to one processor.
 *
 * @returns whether it worked; it needs `taskset`, which only Linux has
 */
export function pinToProcessor(pid: number, processor: number): boolean {
  return setProcessors(pid, String(processor));
}

/** Lets all threads of a process run on every processor again. */
export function releaseFromProcessor(pid: number): boolean {
  return setProcessors(pid, `0-${cpus().length - 1}`);
}

function setProcessors(pid: number, processors: string): boolean {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', processors, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
