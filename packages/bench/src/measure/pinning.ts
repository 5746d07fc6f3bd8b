import { execFileSync } from 'node:child_process';

/**
 * Ties all threads of a process, and those that they will start, to one processor.
 *
 * @returns whether it worked; it needs `taskset`, which only Linux has
 */
export function pinToProcessor(pid: number, processor: number): boolean {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
