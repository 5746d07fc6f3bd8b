import { once } from 'node:events';
import { styleText } from 'node:util';
import type { Warning } from '../api/database.ts';
import { VecinoError } from '../base/errors.ts';
import { jsonText } from '../base/json-text.ts';

/** Flags that every command has. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where a command's words go: the answer, and nothing else, to stdout; all the rest to stderr. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  private held: string[] | undefined;

  constructor(flags: OutputFlags) {
    this.json = flags.json ?? false;
    this.quiet = this.json || (flags.quiet ?? false);
  }

  /** Columns of the terminal that reads the answer; undefined where no terminal does, and nothing is cut. */
  get width(): number | undefined {
    return (process.stdout.isTTY && process.stdout.columns) || undefined;
  }

  /** A part of the answer; resolves when the reader has room for more. */
  async write(text: string): Promise<void> {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  }

  lines(lines: readonly string[]): Promise<void> {
    return this.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** The whole answer as one JSON document. */
  document(value: unknown): Promise<void> {
    return this.write(`${jsonText(value)}\n`);
  }

  /** Something beside the answer; silent with `--quiet` and `--json`. */
  note(line: string): void {
    if (!this.quiet) this.say(line);
  }

  /** Something that the user must know though the work goes on: also with `--quiet`. */
  warn(warning: Warning): void {
    const { code, message, collection } = warning;
    this.say(this.json ? jsonText({ warning: { code, message, collection } }) : `warning: ${message}`);
  }

  private say(line: string): void {
    if (this.held !== undefined) this.held.push(line);
    else process.stderr.write(`${line}\n`);
  }

  /** Keeps notes back while something else draws on stderr. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const line of held) process.stderr.write(`${line}\n`);
  }

  dim(text: string): string {
    return styleText('dim', text, { stream: process.stdout });
  }

  bold(text: string): string {
    return styleText('bold', text, { stream: process.stdout });
  }
}

/** An error on stderr: one line for people, one JSON document for programs. */
export function printError(error: unknown, json: boolean): void {
  if (json) {
    process.stderr.write(`${jsonText({ error: describeError(error) })}\n`);
    return;
  }
  const label = styleText('red', 'vecino:', { stream: process.stderr });
  process.stderr.write(`${label} ${error instanceof VecinoError ? error.message : unexpected(error)}\n`);
}

function describeError(error: unknown): unknown {
  if (error instanceof VecinoError) return error;
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), details: {} };
}

function unexpected(error: unknown): string {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unexpected error, please report it as a bug: ${trace}`;
}

/**
 * Ends quietly when the reader of a pipe has seen enough (`vecino list … | head`). Nothing is lost by it:
 * commands that write have closed the database before they print.
 */
export function endWithBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
}
