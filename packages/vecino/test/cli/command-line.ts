import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Enough for a dozen commands, each of which starts a process, on a machine that is busy with other tests. */
export const COMMANDS_TIMEOUT_MS = 120_000;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Invocation {
  readonly input?: string;
  /** Arguments for Node itself. */
  readonly node?: readonly string[];
  readonly cwd?: string;
  /** Close the pipe of the answer after its first piece, as `head` does. */
  readonly hangUp?: boolean;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `vecino …` from source, in a process of its own. */
export function startVecino(
  args: readonly string[],
  { input, node = [], cwd, hangUp = false }: Invocation = {},
): Running {
  const child = spawn(process.execPath, [...node, MAIN, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const exit = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve([code, signal]));
  });
  const finished = Promise.all([
    exit,
    hangUp ? firstPiece(child.stdout) : text(child.stdout),
    text(child.stderr),
  ]).then(([[code, signal], stdout, stderr]) => ({ code, signal, stdout, stderr }));
  return { process: child, finished };
}

async function firstPiece(stream: Readable): Promise<string> {
  for await (const piece of stream) return String(piece);
  return '';
}

export function vecino(args: readonly string[], invocation?: Invocation): Promise<Finished> {
  return startVecino(args, invocation).finished;
}

/**
 * The answer of a command that must succeed, without a word on stderr, but for the warning that the index is
 * rebuilt: the command before may have been killed before its snapshot.
 */
export async function vecinoJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await vecino([...args, '--json']);
  const words = stderr.split('\n').filter((line) => line !== '' && !line.includes('"SNAPSHOT_REBUILT"'));
  if (code !== 0 || words.length > 0)
    throw new Error(`vecino ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}
