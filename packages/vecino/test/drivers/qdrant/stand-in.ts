import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiTypes } from './api-types.ts';
import { StandInCollection } from './stand-in-collection.ts';
import { Refusal, wrongInput } from './wrong-input.ts';

/*
 * A Qdrant as far as the driver needs one, written from the public description of its API, for a real one cannot be had
 * in the ordinary tests. It is stricter than Qdrant: it refuses what the description does not have, fields without an
 * index, and writes that do not wait; and its answers are checked against the description as well.
 */

/** What a server does instead of answering the next request that fits: ends the connection, or answers so. */
export type Fault = 'disconnect' | 'silence' | { readonly status: number; readonly error: string };

export interface StandInOptions {
  readonly apiKey?: string;
  readonly version?: string;
}

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

const REQUEST_BYTES_MAX = 32 << 20;

/** Collections are folders of Qdrant's. */
const NAME = /^[^<>:"/\\|?*\p{Cc}]{1,255}$/u;

type Handler = (collection: StandInCollection, body: Readonly<Record<string, unknown>>) => unknown;

/** By method and path, those that are about one collection that is there. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'PUT /collections/{collection_name}/index': updating((collection, body) => collection.index(body)),
  'PUT /collections/{collection_name}/points': updating((collection, body) => collection.upsert(body)),
  'POST /collections/{collection_name}/points': (collection, body) => collection.retrieve(body),
  'POST /collections/{collection_name}/points/delete': updating((collection, body) =>
    collection.remove(body),
  ),
  'POST /collections/{collection_name}/points/scroll': (collection, body) => collection.scroll(body),
  'POST /collections/{collection_name}/points/count': (collection, body) => collection.count(body),
  'POST /collections/{collection_name}/points/query': (collection, body) => collection.query(body),
  'POST /collections/{collection_name}/facet': (collection, body) => collection.facet(body),
};

/** Requests that change points, and must wait until they have. */
const WRITES = ['/points', '/points/delete', '/index'];

/** Read once for all servers of a process. */
let api: ApiTypes | undefined;

export class StandIn {
  readonly seen: SeenRequest[] = [];
  /** Mistakes of our own, which every test should look at in the end: what was refused by the description. */
  readonly undescribed: string[] = [];
  private readonly api: ApiTypes;
  private readonly options: StandInOptions;
  private readonly collections = new Map<string, StandInCollection>();
  private readonly faults: { readonly path: RegExp; readonly fault: Fault }[] = [];
  private readonly happenings: { path: RegExp; method: string; happen: () => Promise<unknown> }[] = [];
  private readonly server: Server;

  private constructor(api: ApiTypes, options: StandInOptions) {
    this.api = api;
    this.options = options;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        answer(response, 500, { status: { error: String(error) }, time: 0 });
      });
    });
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    api ??= new ApiTypes();
    const standIn = new StandIn(api, options);
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  /** `127.0.0.1:port` */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The names of the collections that there are. */
  get names(): string[] {
    return [...this.collections.keys()];
  }

  /** Has the next request to a path end otherwise. */
  fail(path: RegExp, fault: Fault): void {
    this.faults.push({ path, fault });
  }

  /** Has something happen before the next request to a path is answered. */
  before(path: RegExp, method: string, happen: () => Promise<unknown>): void {
    this.happenings.push({ path, method, happen });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${this.host}`);
    const method = request.method ?? 'GET';
    const text = await textOf(request);
    if (text.length > REQUEST_BYTES_MAX) {
      return answer(response, 413, { status: { error: 'Payload too large' }, time: 0 });
    }
    const body = text === '' ? undefined : (JSON.parse(text) as unknown);
    this.seen.push({ method, path: decodeURIComponent(url.pathname), body });
    const { apiKey } = this.options;
    if (apiKey !== undefined && request.headers['api-key'] !== apiKey) {
      response.writeHead(401, { 'content-type': 'text/plain' });
      response.end('Must provide an API key or an Authorization bearer token');
      return;
    }
    const fault = this.faultOf(url.pathname);
    if (fault === 'disconnect') return void request.socket.destroy();
    if (fault === 'silence') return;
    if (fault) return answer(response, fault.status, { status: { error: fault.error }, time: 0 });
    const happening = this.happenings.findIndex(
      (one) => one.path.test(url.pathname) && one.method === method,
    );
    if (happening >= 0) await this.happenings.splice(happening, 1)[0]?.happen();
    try {
      const result = this.resultOf(method, url, body);
      answer(response, 200, result);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer(response, error.status, { status: { error: error.message }, time: 0 });
    }
  }

  private resultOf(method: string, url: URL, body: unknown): unknown {
    const operation = this.api.find(method, url.pathname);
    if (!operation) throw this.undescribedRequest(`${method} ${url.pathname} is not described`);
    const problem = operation.problemOf(url.searchParams, body);
    if (problem) throw this.undescribedRequest(`${method} ${operation.template}: ${problem}`);
    const result =
      operation.template === '/'
        ? { title: 'qdrant - vector search engine', version: this.options.version ?? '1.17.0' }
        : { result: this.handle(method, operation.template, url, body), status: 'ok', time: 0 };
    const mistake = operation.problemOfAnswer(result);
    if (mistake) throw this.undescribedRequest(`answer to ${method} ${operation.template}: ${mistake}`);
    return result;
  }

  private handle(method: string, template: string, url: URL, body: unknown): unknown {
    const name = decodeURIComponent(url.pathname.split('/')[2] ?? '');
    if (template === '/collections/{collection_name}') {
      if (method === 'DELETE') return this.collections.delete(name);
      if (!NAME.test(name)) throw wrongInput(`the name ${name}`);
      if (this.collections.has(name)) {
        throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
      }
      this.collections.set(name, new StandInCollection(body as Readonly<Record<string, unknown>>));
      return true;
    }
    const handler = HANDLERS[`${method} ${template}`];
    if (!handler) throw this.undescribedRequest(`${method} ${template} is nothing that the stand-in has`);
    const isWrite =
      WRITES.some((end) => template.endsWith(end)) && !(method === 'POST' && template.endsWith('/points'));
    if (isWrite && url.searchParams.get('wait') !== 'true') throw wrongInput('a write that does not wait');
    const collection = this.collections.get(name);
    if (!collection) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return handler(collection, body as Readonly<Record<string, unknown>>);
  }

  private undescribedRequest(what: string): Refusal {
    this.undescribed.push(what);
    return wrongInput(what);
  }

  private faultOf(path: string): Fault | undefined {
    const i = this.faults.findIndex((one) => one.path.test(path));
    return i < 0 ? undefined : this.faults.splice(i, 1)[0]?.fault;
  }
}

/** What changes something answers alike. */
function updating(change: (...args: Parameters<Handler>) => void): Handler {
  return (collection, body) => {
    change(collection, body);
    return { operation_id: 0, status: 'completed' };
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
