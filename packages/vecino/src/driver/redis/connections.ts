import type { ConnectionOptions } from '../../api/connection.ts';
import { VecinoError } from '../../base/errors.ts';
import { Attempts } from '../front/attempts.ts';
import { failureOf, isUnknownScript } from './failures.ts';
import type { Script } from './scripts.ts';

/** What of the package `@redis/client` we use. */
export interface RedisModule {
  createClient(options: Readonly<Record<string, unknown>>): RedisClient;
  createCluster(options: Readonly<Record<string, unknown>>): RedisCluster;
  readonly RESP_TYPES: { readonly BLOB_STRING: number };
}

interface Connectable {
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

export interface RedisClient extends Connectable {
  sendCommand(args: readonly Argument[], options?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export interface RedisCluster extends Connectable {
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean,
    args: readonly Argument[],
    options?: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'node-error', listener: (error: unknown, node: RedisNode) => void): unknown;
  on(event: 'node-ready', listener: (node: RedisNode) => void): unknown;
  /** By hash slot. */
  readonly slots: readonly ({ readonly master: { readonly address: string } } | undefined)[];
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** What goes into a command: a text, or bytes. */
export type Argument = string | Buffer;

/** A key that tells which node is meant, and its hash slot where that is known. */
export interface Place {
  readonly key: string;
  readonly slot?: number | undefined;
}

/** How a server or a cluster is spoken to: a command to the node that has a key. */
export interface Link {
  send(place: Place, args: readonly Argument[], readOnly: boolean): Promise<unknown>;
  /** The address of the node that has a hash slot; undefined without a cluster. */
  nodeOf(slot: number | undefined): string | undefined;
  /** The nodes of a cluster by hash slot; undefined without one. */
  readonly slots: RedisCluster['slots'] | undefined;
  close(): void;
}

export type ReadConnection = Required<Pick<ConnectionOptions, 'retries' | 'timeoutMs'>> &
  Pick<ConnectionOptions, 'signal'>;

/**
 * Commands to a server or to the nodes of a cluster. All that the driver sends has the same effect twice, so every
 * command whose answer was lost is sent again.
 */
export class Connections {
  private readonly link: Link;
  private readonly shown: string;
  private readonly secrets: readonly string[];
  private readonly timeoutMs: number;
  private readonly attempts: Attempts;
  private readonly underWay = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(link: Link, shown: string, secrets: readonly string[], options: ReadConnection) {
    this.link = link;
    this.shown = shown;
    this.secrets = secrets;
    this.timeoutMs = options.timeoutMs;
    this.attempts = new Attempts(shown, options);
  }

  /** The nodes of a cluster by hash slot; undefined without one. */
  get slots(): RedisCluster['slots'] | undefined {
    return this.link.slots;
  }

  /** The answer to a command that reads. */
  read(place: Place, ...args: Argument[]): Promise<unknown> {
    return this.ask(place, () => this.link.send(place, args, true));
  }

  /** The answer to a command that writes, and may be sent twice. */
  write(place: Place, ...args: Argument[]): Promise<unknown> {
    return this.ask(place, () => this.link.send(place, args, false));
  }

  /** What a script answers, which is sent to a node as a whole when it does not know it. */
  run(
    place: Place,
    { text, sha, readOnly }: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    const rest = [`${keys.length}`, ...keys, ...args];
    const command = readOnly ? 'EVAL_RO' : 'EVAL';
    const known = readOnly ? 'EVALSHA_RO' : 'EVALSHA';
    return this.ask(place, () =>
      this.link.send(place, [known, sha, ...rest], readOnly).catch((error: unknown) => {
        if (!isUnknownScript(error)) throw error;
        return this.link.send(place, [command, text, ...rest], readOnly);
      }),
    );
  }

  /** Lets end what is under way, and refuses what comes later. */
  close(): Promise<void> {
    this.closing ??= Promise.allSettled(this.underWay).then(() => this.link.close());
    return this.closing;
  }

  private async ask({ slot }: Place, send: () => Promise<unknown>): Promise<unknown> {
    const asked = this.attempts.run(
      () => {
        this.requireOpen();
        return this.attempts.untilAborted(this.inTime(send()));
      },
      (cause) => {
        const node = this.link.nodeOf(slot);
        const error = failureOf(
          node === undefined ? this.shown : `${this.shown}: node ${node}`,
          cause,
          this.secrets,
        );
        return { error, mayRepeat: error.retryable };
      },
    );
    this.underWay.add(asked);
    try {
      return await asked;
    } finally {
      this.underWay.delete(asked);
    }
  }

  private requireOpen(): void {
    this.attempts.requireGoing();
    if (!this.closing) return;
    throw new VecinoError(
      'DATABASE_CLOSED',
      `${this.shown}: the database is closed; open it again to use it`,
    );
  }

  private inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const message = `${this.shown}: no answer within ${this.timeoutMs} ms; raise connection.timeoutMs, or ask for less`;
        reject(new VecinoError('REMOTE_TIMED_OUT', message, { details: { timeoutMs: this.timeoutMs } }));
      }, this.timeoutMs);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
