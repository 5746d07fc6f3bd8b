import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Database } from 'vecino';
import { createMcpServer, type McpOptions } from './server.ts';

export interface StdioOptions extends McpOptions {
  /** Ends serving. */
  readonly signal?: AbortSignal;
}

/**
 * Serves one client over stdin and stdout, until it closes stdin or the signal ends it; the database stays open.
 * Nothing else may write to stdout meanwhile.
 *
 * @throws the errors of the options
 */
export async function serveStdio(
  database: Database,
  { signal, ...options }: StdioOptions = {},
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<void> {
  const server = createMcpServer(database, options);
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  const end = () => void server.close();
  // The transport of the SDK does not tell that its input has ended.
  input.once('end', end);
  signal?.addEventListener('abort', end, { once: true });
  await server.connect(new StdioServerTransport(input, output));
  if (signal?.aborted) end();
  await closed;
}
