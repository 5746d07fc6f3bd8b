import { request } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type Database, open } from 'vecino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHttp } from './serve-http.ts';

let db: Database;
let url: URL;
let stop: () => Promise<void>;

beforeEach(async () => {
  db = await open(':memory:');
  await db.createCollection('coast', { dimension: 2 });
  const controller = new AbortController();
  let serving = Promise.resolve();
  url = new URL(
    await new Promise<string>((resolve, reject) => {
      serving = serveHttp(db, { port: 0, signal: controller.signal, onListening: resolve });
      serving.catch(reject);
    }),
  );
  stop = async () => {
    controller.abort();
    await serving;
  };
});

afterEach(async () => {
  await stop();
  await db.close();
});

/** The status that a request gets. */
function statusOf(
  method: string,
  headers: Readonly<Record<string, string>>,
  path = url.pathname,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: url.hostname, port: url.port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

describe('serveHttp', () => {
  it('serves the client of the SDK, as often as it comes', async () => {
    for (const name of ['first', 'second']) {
      const client = new Client({ name, version: '1' });
      await client.connect(new StreamableHTTPClientTransport(url) as Transport);
      await client.listTools();
      const { structuredContent } = await client.callTool({ name: 'list_collections', arguments: {} });
      expect(structuredContent).toMatchObject({ collections: [{ name: 'coast' }] });
      await client.close();
    }
  });

  it('is bound to this machine, and refuses pages of a browser and other names', async () => {
    expect(url.hostname).toBe('127.0.0.1');
    expect(await statusOf('POST', { host: 'evil.example' })).toBe(403);
    expect(await statusOf('POST', { origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf('POST', { origin: 'null' })).toBe(403);
    // Refused by the protocol, not by us: the request is no message.
    expect(await statusOf('POST', { origin: `http://localhost:${url.port}` })).toBe(406);
    expect(await statusOf('GET', {})).toBe(405);
    expect(await statusOf('POST', {}, '/')).toBe(404);
  });

  it('says that a port is taken', async () => {
    await expect(serveHttp(db, { port: Number(url.port) })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('EADDRINUSE'),
    });
    await expect(serveHttp(db, { port: 65_536 })).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
  });
});
