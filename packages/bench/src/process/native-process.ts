import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { PeerFacts } from '../peers/peer.ts';
import { describeEnding, end, pidOf } from './child.ts';
import type { FromPeer, Replies, Request } from './messages.ts';
import type { PeerProcess } from './peer-process.ts';

type Field = string | number | boolean;

/**
 * A C++ program of the bench: one request a line, one JSON line back (the other side of this is
 * `peers/native/peer.hpp`). A request is flat there, so that the program needs no parser of JSON.
 */
export class NativeProcess implements PeerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  constructor(program: string) {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    // A program that cannot be started says so by `exit`-less `error`; `ask` and `pid` tell it.
    this.#child.on('error', () => {});
    this.#lines = createInterface(this.#child.stdout);
  }

  get pid(): number {
    return pidOf(this.#child);
  }

  ask<R extends Request>(request: R): Promise<Replies[R['kind']]> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#lines.off('line', onLine);
        this.#child.off('exit', onExit);
      };
      const onLine = (line: string) => {
        settle();
        const message = JSON.parse(line) as FromPeer;
        if (message.kind === 'reply') resolve(message.value as Replies[R['kind']]);
        else reject(new Error(message.message));
      };
      const onExit = (code: number | null, signal: string | null) => {
        settle();
        reject(describeEnding(code, signal, request.kind));
      };
      this.#lines.on('line', onLine);
      this.#child.on('exit', onExit);
      this.#child.stdin.write(lineOf(request));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#child);
  }
}

/** What a program says of itself. */
export function askAbout(program: string): PeerFacts {
  const input = lineOf({ kind: 'about' });
  const line = execFileSync(program, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] });
  return (JSON.parse(line) as { value: PeerFacts }).value;
}

/** `kind=time` and so on, apart by tabs; the fields of parameters stand beside the others. */
function lineOf({ parameters, ...fields }: { kind: string; parameters?: object }): string {
  const flat = Object.entries({ ...fields, ...parameters } satisfies Record<string, Field | undefined>);
  return `${flat.map(([name, value]) => `${name}=${value}`).join('\t')}\n`;
}
