import type { Address } from './address.ts';
import type { ChromaMetadata, NewRecords } from './client.ts';
import { isConflict, isMissing, StatusError } from './failures.ts';
import type { Requests } from './requests.ts';

/** A collection as the server lists it. */
export interface ListedCollection {
  readonly id: string;
  readonly name: string;
  readonly metadata: ChromaMetadata | null;
}

/** Collections of one answer. */
const PAGE = 500;

/**
 * The few requests that go past the client: it prints a warning for each collection that it lists, says of a server that
 * does not answer only that it does not, and leaves out the nulls that take keys of metadata away. Their paths are those
 * of Chroma's API of version 2.
 */
export class Rest {
  private readonly requests: Requests;
  private readonly base: string;
  private readonly tenant: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly database: string;

  constructor(requests: Requests, { host, port, ssl, tenant, database, headers }: Address) {
    this.requests = requests;
    this.base = `${ssl ? 'https' : 'http'}://${host}:${port}/api/v2`;
    this.tenant = `/tenants/${encodeURIComponent(tenant)}`;
    this.database = database;
    this.headers = headers;
  }

  async version(timeoutMs?: number): Promise<string> {
    return String(await this.ask('/version', undefined, timeoutMs));
  }

  async hasDatabase(): Promise<boolean> {
    const path = `${this.tenant}/databases/${encodeURIComponent(this.database)}`;
    return this.requests.run(async () => {
      try {
        await this.send(path);
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    });
  }

  /** There may be one by now. */
  async createDatabase(): Promise<void> {
    await this.requests.run(async () => {
      try {
        await this.send(`${this.tenant}/databases`, { name: this.database });
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    });
  }

  /** All collections of the database, those of others too. */
  async collections(): Promise<ListedCollection[]> {
    const path = `${this.tenant}/databases/${encodeURIComponent(this.database)}/collections`;
    const found: ListedCollection[] = [];
    for (;;) {
      const page = await this.ask(`${path}?limit=${PAGE}&offset=${found.length}`);
      found.push(...(page as ListedCollection[]));
      if ((page as ListedCollection[]).length < PAGE) return found;
    }
  }

  /** Writes into a collection by its id, taking away keys whose value is null. */
  async upsert(id: string, records: NewRecords): Promise<void> {
    const path = `${this.tenant}/databases/${encodeURIComponent(this.database)}/collections`;
    await this.ask(`${path}/${encodeURIComponent(id)}/upsert`, records);
  }

  private ask(path: string, body?: unknown, timeoutMs?: number): Promise<unknown> {
    return this.requests.run(() => this.send(path, body), timeoutMs === undefined ? {} : { timeoutMs });
  }

  private async send(path: string, body?: unknown): Promise<unknown> {
    const { signal } = this.requests;
    const answer = await fetch(
      `${this.base}${path}`,
      body === undefined
        ? { headers: this.headers, signal }
        : {
            method: 'POST',
            headers: { ...this.headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
            signal,
          },
    );
    if (answer.ok) return answer.json();
    throw new StatusError(answer.status, `the server answered ${answer.status}: ${await messageOf(answer)}`);
  }
}

async function messageOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    return String((JSON.parse(text) as { readonly message?: unknown }).message ?? text);
  } catch {
    return text;
  }
}
