import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Database } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';
import { createMcpServer, type McpOptions } from './server.ts';

export interface HttpOptions extends McpOptions {
  /** The port, 1 to 65,535, or 0 for a free one. */
  readonly port: number;
  /** Ends serving. */
  readonly signal?: AbortSignal;
  /** Told the address as soon as clients can connect. */
  readonly onListening?: (url: string) => void;
}

/** Nobody but this machine: a server without a password belongs nowhere else. */
const HOST = '127.0.0.1';
const PATH = '/mcp';
const PORT = {
  port: { kind: 'integer', min: 0, max: 65_535, about: 'The port, 0 for a free one.' },
} as const satisfies OptionSpecs;
const LOCAL_NAMES: readonly (string | undefined)[] = [HOST, 'localhost'];

/**
 * Serves clients of this machine by streamable HTTP, until the signal ends it; the database stays open. No session is
 * kept, so that a client may come and go. A page in a browser is no client: requests that name another host or come
 * from another origin are refused, or a page could read the folder by rebinding its own name to this machine.
 *
 * @throws OPTION_INVALID where the port is taken or not allowed; the errors of the options
 */
export async function serveHttp(
  database: Database,
  { signal, onListening, port: wanted, ...options }: HttpOptions,
): Promise<void> {
  const { port = 0 } = readOptions<{ readonly port?: number }>('serveHttp', PORT, { port: wanted });
  // What is wrong with the options is said now, and not to the first client.
  createMcpServer(database, options);
  const http = createServer((request, response) => {
    if (!isLocal(request)) return refuse(response, 403, 'only clients of this machine are served');
    if (request.url !== PATH) return refuse(response, 404, `expected ${PATH}`);
    if (request.method !== 'POST') return refuse(response, 405, 'expected POST: no session is kept');
    answer(database, options, request, response).catch(() => {
      // What went wrong in a call is told in its answer; this is about the connection.
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'the request could not be read');
    });
  });
  http.listen(port, HOST);
  await once(http, 'listening').catch((cause: unknown) => {
    throw portRefused(port, cause);
  });
  const { port: taken } = http.address() as AddressInfo;
  onListening?.(`http://${HOST}:${taken}${PATH}`);
  const closed = once(http, 'close');
  const end = () => {
    http.close();
    http.closeAllConnections();
  };
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  await closed;
}

async function answer(
  database: Database,
  options: McpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const server = createMcpServer(database, options);
  const transport = new StreamableHTTPServerTransport();
  response.once('close', () => void server.close());
  // Its types allow undefined where those of a transport do not.
  await server.connect(transport as unknown as Transport);
  await transport.handleRequest(request, response);
}

function isLocal({ headers: { host, origin } }: IncomingMessage): boolean {
  const nameOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : undefined);
  return (
    LOCAL_NAMES.includes(nameOf(`http://${host}`)) &&
    (origin === undefined || LOCAL_NAMES.includes(nameOf(origin)))
  );
}

function portRefused(port: number, cause: unknown): VecinoError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VecinoError(
    'OPTION_INVALID',
    `serveHttp: port ${port} cannot be listened to (${reason}), expected a free one; name another, or 0`,
    { details: { option: 'port', received: port }, cause },
  );
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const error = { jsonrpc: '2.0', error: { code: -32_000, message }, id: null };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(error));
}
