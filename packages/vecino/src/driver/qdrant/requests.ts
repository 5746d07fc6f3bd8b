import type { Attempts } from '../front/attempts.ts';
import type { QdrantClient } from './client.ts';
import { failureOf } from './failures.ts';

/**
 * Requests to a server. All of them have the same effect twice, for ids of points are ours and conditional writes tell
 * by the number of the change whose they were: so all are made again where that may help.
 */
export class Requests {
  private readonly client: QdrantClient;
  private readonly attempts: Attempts;
  private readonly thing: string;
  private readonly secrets: readonly string[];

  /** @param secrets that errors must not repeat */
  constructor(client: QdrantClient, attempts: Attempts, thing: string, secrets: readonly string[]) {
    this.client = client;
    this.attempts = attempts;
    this.thing = thing;
    this.secrets = secrets;
  }

  async ask<T>(request: (client: QdrantClient) => Promise<T>): Promise<T> {
    const attempt = () => {
      this.attempts.requireGoing();
      return this.attempts.untilAborted(request(this.client));
    };
    return this.attempts.run(attempt, (cause) => {
      const error = failureOf(this.thing, cause, this.secrets);
      return { error, mayRepeat: error.retryable };
    });
  }
}
