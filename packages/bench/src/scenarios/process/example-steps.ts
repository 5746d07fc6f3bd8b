/** Steps for the test of `fresh-process.ts`. */
import type { Progress } from '../../progress.ts';

export async function introduce(
  numbers: Float32Array,
  progress: Progress,
): Promise<{ pid: number; doubled: Float32Array }> {
  progress(`doubling ${numbers.length} numbers`);
  return { pid: process.pid, doubled: numbers.map((value) => 2 * value) };
}

export async function fail(reason: string): Promise<never> {
  throw new Error(reason);
}

export async function endAtOnce(): Promise<never> {
  process.exit(3);
}
