import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, IndexData } from './index-data.ts';
import { BODIES, NEW_INDEX, PATH_LENGTH_MAX, UPSERT_BYTES_MAX } from './requests.ts';
import { Refused, text } from './shape.ts';

/*
 * A stand-in for Pinecone, written from the public descriptions of its interface: its server cannot be had. It is
 * strict, so that a request that Pinecone would refuse fails here: see `requests.ts`. Like Pinecone's own emulator it
 * serves each index at a port of its own.
 */

export const API_KEY = 'pcsk_stand-in_key_of_the_tests_0123456789';

interface Index {
  readonly model: Readonly<Record<string, unknown>>;
  readonly data: IndexData;
  readonly server: Server;
  state: 'Initializing' | 'Ready' | 'Terminating';
}

/** What a request is answered in the place of what it asks for: a status, nothing, or as much as a connection lasts. */
export type Mishap = number | 'silence' | 'break' | 'half';

export interface PineconeServer {
  /** Host and port of the control plane. */
  readonly host: string;
  readonly behaviour: Behaviour;
  /** Paths of the requests so far, with their methods. */
  readonly requests: string[];
  /** What happens to the next requests. */
  readonly mishaps: Mishap[];
  stop(): Promise<void>;
}

export async function startPinecone(): Promise<PineconeServer> {
  const indexes = new Map<string, Index>();
  const behaviour: Behaviour = { lag: 0, missingDiffers: true };
  const requests: string[] = [];
  const mishaps: Mishap[] = [];
  const serve = (answer: (request: Request) => Promise<Answer> | Answer) =>
    createServer((incoming, outgoing) => {
      requests.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
      const mishap = mishaps.shift();
      if (mishap === 'silence') return;
      if (mishap === 'break') {
        incoming.socket.destroy();
        return;
      }
      if (mishap === 'half') {
        outgoing.writeHead(200, { 'content-type': 'application/json' });
        outgoing.write('{ "matches": [', () => incoming.socket.destroy());
        return;
      }
      respond(incoming, outgoing, mishap, answer);
    });
  const control = serve(async (request) => {
    const [, kind, name = ''] = request.path.split('/');
    const index = indexes.get(name);
    if (kind !== 'indexes') throw new Refused(404, 'no such path');
    switch (`${request.method} ${name === '' ? 'all' : 'one'}`) {
      case 'GET all':
        return { body: { indexes: [...indexes.values()].map(modelOf) } };
      case 'POST all': {
        NEW_INDEX(request.body, 'index');
        const given = request.body as Readonly<Record<string, unknown>>;
        const own = String(given['name']);
        if (indexes.has(own)) throw new Refused(409, 'Resource already exists.');
        const data = new IndexData(Number(given['dimension']), String(given['metric']), behaviour);
        const server = serve((asked) => answerData(data, asked));
        const made: Index = { model: given, data, server, state: 'Initializing' };
        await listen(server);
        indexes.set(own, made);
        return { status: 201, body: modelOf(made) };
      }
      case 'GET one': {
        if (!index) throw new Refused(404, `Resource ${name} not found`);
        const body = modelOf(index);
        // It is ready, or gone, when it is asked for again.
        if (index.state === 'Initializing') index.state = 'Ready';
        else if (index.state === 'Terminating') indexes.delete(name);
        return { body };
      }
      case 'DELETE one':
        if (!index) throw new Refused(404, `Resource ${name} not found`);
        index.state = 'Terminating';
        await close(index.server);
        return { status: 202 };
      default:
        throw new Refused(405, 'no such method');
    }
  });
  await listen(control);
  return {
    host: hostOf(control),
    behaviour,
    requests,
    mishaps,
    stop: async () => {
      await Promise.all([control, ...[...indexes.values()].map(({ server }) => server)].map(close));
    },
  };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function answerData(data: IndexData, { method, path, query, body }: Request): Answer {
  const route = `${method} ${path}`;
  const shape = Object.hasOwn(BODIES, route) ? BODIES[route] : undefined;
  shape?.(body, 'body');
  const given = body as Readonly<Record<string, unknown>>;
  switch (route) {
    case 'POST /query': {
      const { found, indexed } = data.query(given);
      return { body: found, headers: { 'x-pinecone-max-indexed-lsn': String(indexed) } };
    }
    case 'POST /vectors/upsert': {
      const written = data.upsert(given);
      const { length } = given['vectors'] as unknown[];
      return { body: { upsertedCount: length }, headers: { 'x-pinecone-request-lsn': String(written) } };
    }
    case 'POST /vectors/delete':
      return { body: {}, headers: { 'x-pinecone-request-lsn': String(data.remove(given)) } };
    case 'GET /vectors/fetch': {
      requireQuery(query, ['ids', 'namespace']);
      const ids = query.getAll('ids');
      // "Does not accept values containing spaces."
      for (const id of ids) text({ min: 1, max: 512, like: /^[!-~]+$/ })(id, 'ids');
      if (ids.length < 1 || ids.length > 1_000) throw new Refused(400, 'ids: expected 1 to 1,000');
      return { body: data.fetch(ids, query.get('namespace') ?? '') };
    }
    case 'POST /vectors/fetch_by_metadata':
      return { body: data.fetchByMetadata(given) };
    case 'POST /describe_index_stats':
      if (given['filter'] !== undefined) throw new Refused(400, 'Serverless indexes take no filter here');
      return { body: data.stats() };
    case 'GET /namespaces': {
      requireQuery(query, ['limit', 'paginationToken', 'prefix']);
      const limit = Number(query.get('limit') ?? 100);
      if (!Number.isInteger(limit) || limit < 1 || limit > 100)
        throw new Refused(400, 'limit: expected 1 to 100');
      return { body: data.namespaces(limit, query.get('paginationToken') ?? '') };
    }
    default: {
      const [, kind, name = '', ...rest] = path.split('/');
      if (method !== 'DELETE' || kind !== 'namespaces' || name === '' || rest.length > 0) {
        throw new Refused(404, `no such path: ${route}`);
      }
      data.dropNamespace(decodeURIComponent(name));
      return { body: {} };
    }
  }
}

function requireQuery(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys())
    if (!known.includes(name)) throw new Refused(400, `unknown parameter ${name}`);
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  mishap: number | undefined,
  answer: (request: Request) => Promise<Answer> | Answer,
): Promise<void> {
  const send = (status: number, headers: Readonly<Record<string, string>>, body: unknown) => {
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  };
  try {
    const body = await bodyOf(incoming);
    if (mishap !== undefined)
      throw new Refused(mishap, `a mishap; the key was ${incoming.headers['api-key']}`);
    if (incoming.headers['api-key'] !== API_KEY) throw new Refused(401, 'Invalid API key.');
    if (!/^20\d\d-\d\d$/.test(String(incoming.headers['x-pinecone-api-version']))) {
      throw new Refused(400, 'expected a version of the interface');
    }
    if ((incoming.url ?? '').length > PATH_LENGTH_MAX) throw new Refused(414, 'URI Too Long');
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
    if (pathname === '/vectors/upsert' && body.length > UPSERT_BYTES_MAX)
      throw new Refused(400, 'more than 2MB');
    const method = incoming.method ?? '';
    const given: unknown = body.length === 0 ? undefined : JSON.parse(body.toString());
    const {
      status = 200,
      headers = {},
      body: said,
    } = await answer({ method, path: pathname, query: searchParams, body: given });
    send(status, headers, said);
  } catch (error) {
    const status = error instanceof Refused ? error.status : 500;
    const message = error instanceof Error ? error.message : String(error);
    send(status, {}, { error: { code: 'REFUSED', message }, status });
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function modelOf({ model, server, state }: Index): unknown {
  return {
    vector_type: 'dense',
    deletion_protection: 'disabled',
    ...model,
    host: state === 'Terminating' ? 'gone.invalid' : hostOf(server),
    status: { ready: state === 'Ready', state },
  };
}

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
