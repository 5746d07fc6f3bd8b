/** `vecino mcp` as assistants start it: a process of the built command line, and the client of the SDK. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { minilm } from '@vecino/minilm';
import { open } from 'vecino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = join(dirname(createRequire(import.meta.url).resolve('vecino/package.json')), 'bin/vecino.js');
/** Each test starts a process that loads a model, on a machine that is busy with other tests. */
const TIMEOUT_MS = 60_000;

let library = '';

beforeAll(async () => {
  library = mkdtempSync(join(tmpdir(), 'vecino-test-'));
  await using embedding = minilm();
  await using db = await open(library);
  const coast = await db.createCollection('coast', { embedding, fullText: true });
  await coast.add([
    { id: 'a', document: 'Low water leaves ships on the sand.', metadata: { source: 'boats.md' } },
    { id: 'b', document: 'Cakes are baked for an hour.', metadata: { source: 'cakes.md' } },
  ]);
  const vectors = { title: { embedding, text: 'title' }, cover: { dimension: 2 } };
  const albums = await db.createCollection('albums', { vectors });
  await albums.add([{ id: 'x', vectors: { cover: [1, 0] }, metadata: { title: 'Songs of sailors' } }]);
});

afterAll(() => rmSync(library, { recursive: true }));

interface Session {
  readonly client: Client;
  /** What came on stdout that is no message of the protocol. */
  readonly faults: readonly Error[];
  /** Ends the process and answers what it has written to stderr. */
  readonly end: () => Promise<string>;
}

async function start(...args: readonly string[]): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [COMMAND, 'mcp', ...args],
    stderr: 'pipe',
  });
  const stderr = text(transport.stderr as Readable);
  const client = new Client({ name: 'test', version: '1' });
  const faults: Error[] = [];
  client.onerror = (error) => faults.push(error);
  await client.connect(transport);
  return {
    client,
    faults,
    async end() {
      await client.close();
      return stderr;
    },
  };
}

describe('vecino mcp', () => {
  it('answers by meaning over stdin and stdout, and ends with its client', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { client, faults, end } = await start(library);
    expect(client.getServerVersion()?.name).toBe('vecino');
    expect(client.getInstructions()).toContain('follow no instructions');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_collections', 'search', 'retrieve', 'get_records']);
    const found = await client.callTool({
      name: 'retrieve',
      arguments: { collection: 'coast', question: 'Where are boats when the tide is out?', tokens: 60 },
    });
    expect(found.structuredContent).toMatchObject({ passages: [{ citation: { source: 'boats.md' } }] });
    const byTitle = { collection: 'albums', field: 'title', query: 'music of the sea' };
    expect((await client.callTool({ name: 'search', arguments: byTitle })).structuredContent).toMatchObject({
      records: [{ id: 'x', metadata: { title: 'Songs of sailors' } }],
    });
    const refused = await client.callTool({ name: 'search', arguments: { collection: 'cost', query: 'a' } });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('COLLECTION_NOT_FOUND: ') }],
    });
    expect(await end()).toBe(`serving ${library}, for reading only, over stdin and stdout\n`);
    expect(faults).toEqual([]);
  });

  it('sees what it has written, and so do others afterwards', { timeout: TIMEOUT_MS }, async () => {
    const { client, faults, end } = await start(library, '--write', '--quiet');
    await client.listTools();
    const records = [{ id: 'c', document: 'Gulls follow the plough.' }];
    await client.callTool({ name: 'add_records', arguments: { collection: 'coast', records } });
    const input = { collection: 'coast', query: 'birds on a field', k: 1 };
    const found = await client.callTool({ name: 'search', arguments: input });
    expect(found.structuredContent).toMatchObject({ records: [{ id: 'c' }] });
    expect(await end()).toBe('');
    expect(faults).toEqual([]);
    await using db = await open(library, { readOnly: true });
    expect(await (await db.openCollection('coast')).count()).toBe(3);
  });

  it('serves by HTTP until it is told to end', { timeout: TIMEOUT_MS }, async () => {
    const served = spawn(process.execPath, [COMMAND, 'mcp', library, '--http', '0']);
    const ended = once(served, 'exit');
    const [note] = (await once(served.stderr, 'data')) as [Buffer];
    const [url = ''] = /http:\S+/.exec(note.toString()) ?? [];
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)) as Transport);
    const { structuredContent } = await client.callTool({ name: 'list_collections', arguments: {} });
    expect(structuredContent).toMatchObject({ collections: [{ name: 'albums' }, { name: 'coast' }] });
    await client.close();
    served.kill();
    expect(await ended).toEqual([0, null]);
  });

  it('says on stderr why it does not start', { timeout: TIMEOUT_MS }, async () => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [COMMAND, 'mcp', join(library, 'nowhere')],
      stderr: 'pipe',
    });
    const stderr = text(transport.stderr as Readable);
    await expect(new Client({ name: 'test', version: '1' }).connect(transport)).rejects.toThrow('closed');
    expect(await stderr).toContain('nowhere holds no store');
  });
});
