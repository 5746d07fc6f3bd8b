import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the server was asked, and with which headers. */
export interface SeenRequest {
  readonly texts: readonly string[];
  readonly headers: Readonly<IncomingMessage['headers']>;
}

/** Answers one request, or does whatever else a server may do to one. */
export type Behaviour = (response: ServerResponse, texts: readonly string[]) => void;

/** An endpoint for embeddings that does to each request what comes next in its list, and at last what is right. */
export interface MisbehavingServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** The most requests that were under way at the same time. */
  readonly busiest: () => number;
}

export const DIMENSION = 3;

/** What the right answer has for a text: different for different texts. */
export function vectorOf(text: string): number[] {
  const first = text.codePointAt(0) ?? 0;
  return [text.length, first, 1];
}

export const right: Behaviour = (response, texts) => {
  json(response, 200, { data: texts.map((text, index) => ({ index, embedding: vectorOf(text) })) });
};

export function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Until the test has ended. */
export async function serve(...behaviours: readonly Behaviour[]): Promise<MisbehavingServer> {
  const seen: SeenRequest[] = [];
  const coming = [...behaviours];
  let busy = 0;
  let busiest = 0;
  const server = createServer(async (request, response) => {
    busiest = Math.max(busiest, ++busy);
    response.once('close', () => busy--);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly input: string[] };
    seen.push({ texts: input, headers: request.headers });
    (coming.shift() ?? right)(response, input);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, seen, busiest: () => busiest };
}
