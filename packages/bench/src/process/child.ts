import type { ChildProcess } from 'node:child_process';

/** The number of a child that has been started. */
export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process of an engine could not be started');
  return child.pid;
}

export function describeEnding(code: number | null, signal: string | null, during: string): Error {
  return new Error(`the engine's process ended with ${signal ?? `code ${code}`} during "${during}"`);
}

/** Ends a child, in the middle of its work where there is some. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}
