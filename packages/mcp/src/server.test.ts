import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CallToolResult, Progress } from '@modelcontextprotocol/sdk/types.js';
import { type Collection, type Database, open } from 'vecino';
import type { EmbeddingFunction } from 'vecino/embedding';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMcpServer, type McpOptions } from './server.ts';

const SUBJECTS = ['tide', 'boat', 'gull'];

/** Vectors by the subjects that a text names; one question is never answered. */
const subjects: EmbeddingFunction = {
  name: 'subjects',
  dimension: SUBJECTS.length,
  embed: async (texts) =>
    texts.includes('the unanswerable')
      ? new Promise<never>(() => {})
      : texts.map((text) => SUBJECTS.map((word) => (text.toLowerCase().includes(word) ? 1 : 0.01))),
};

let db: Database;
let coast: Collection;
const clients: Client[] = [];

beforeEach(async () => {
  db = await open(':memory:');
  coast = await db.createCollection('coast', { embedding: subjects, fullText: true });
  await coast.add([
    { id: 'a', document: 'The tide comes twice a day.', metadata: { source: 'tides.md', year: 1990 } },
    { id: 'b/1', document: 'A boat lies dry.', metadata: { source: 'boats.md', year: 2001 } },
    { id: 'c', document: 'A gull eats what it finds.', metadata: { source: 'birds.md', year: 2010 } },
  ]);
  await coast.namespace('north').add([{ id: 'n', document: 'Northern gulls.' }]);
  await db.createCollection('plain', { dimension: 2 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await db.close();
});

/** A client of the SDK, which checks structured answers by the schemas that the server tells. */
async function connect(options?: McpOptions): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await createMcpServer(db, options).connect(ours);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(theirs);
  clients.push(client);
  await client.listTools();
  return client;
}

async function call(client: Client, name: string, input: object): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: { ...input } })) as CallToolResult;
}

/** The text of an answer. */
function textOf({ content }: CallToolResult): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

describe('the tools', () => {
  it('only read, unless they are to write, and say so', async () => {
    const { tools } = await (await connect()).listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_collections', 'search', 'retrieve', 'get_records']);
    for (const { annotations, inputSchema, outputSchema } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: 'object' });
    }
    const writing = (await (await connect({ write: true })).listTools()).tools.slice(4);
    expect(writing.map(({ name, annotations }) => [name, annotations?.destructiveHint])).toEqual([
      ['add_records', true],
      ['remove_records', true],
    ]);
    const refused = call(await connect(), 'add_records', { collection: 'coast', records: [{ id: 'x' }] });
    await expect(refused).rejects.toThrow('there is no tool "add_records"');
  });

  it('list collections', async () => {
    const { structuredContent } = await call(await connect(), 'list_collections', {});
    expect(structuredContent).toEqual({
      collections: [
        {
          name: 'coast',
          records: 4,
          dimension: 3,
          metric: 'cosine',
          embedding: 'subjects',
          fullText: 'english',
        },
        { name: 'plain', records: 0, dimension: 2, metric: 'cosine', embedding: null, fullText: null },
      ],
    });
  });

  it('search, for programs and as quoted sources for the model', async () => {
    const client = await connect();
    const found = await call(client, 'search', { collection: 'coast', query: 'boats', k: 1 });
    expect(found.structuredContent).toMatchObject({
      records: [{ number: 1, id: 'b/1', citation: { source: 'boats.md' }, metadata: { year: 2001 } }],
    });
    expect(textOf(found)).toMatch(/^#[0-9a-f]{11} \[1\] boats\.md$/m);
    const filter = { year: { $gt: 2005 } };
    const late = await call(client, 'search', { collection: 'coast', query: 'boats', filter });
    expect(late.structuredContent).toMatchObject({ records: [{ id: 'c' }] });
    const north = await call(client, 'search', { collection: 'coast', namespace: 'north', query: 'boats' });
    expect(north.structuredContent).toMatchObject({ records: [{ id: 'n' }] });
  });

  it('look by the vectors that are named, where there are several', async () => {
    const vectors = { title: { embedding: subjects, text: 'title' }, body: { embedding: subjects } };
    const albums = await db.createCollection('albums', { vectors });
    await albums.add([
      { id: 'x', document: 'All about boats.', metadata: { title: 'Tides' } },
      { id: 'y', document: 'All about tides.', metadata: { title: 'Boats' } },
    ]);
    const client = await connect();
    const { structuredContent } = await call(client, 'list_collections', {});
    expect(structuredContent).toMatchObject({
      collections: [{ name: 'albums', fields: ['title', 'body'] }, {}, {}],
    });
    for (const [field, id] of [
      ['title', 'y'],
      ['body', 'x'],
    ]) {
      const input = { collection: 'albums', field, query: 'boat', k: 1 };
      expect((await call(client, 'search', input)).structuredContent).toMatchObject({ records: [{ id }] });
    }
    const unnamed = await call(client, 'retrieve', { collection: 'albums', question: 'boat' });
    expect(textOf(unnamed)).toMatch(/^FIELD_REQUIRED: /);
  });

  it('retrieve passages within a number of tokens', async () => {
    const input = { collection: 'coast', question: 'When does the tide come?', tokens: 60 };
    const { structuredContent } = await call(await connect(), 'retrieve', input);
    expect(structuredContent).toMatchObject({
      passages: [{ number: 1, ids: ['a'], citation: { source: 'tides.md' } }],
      omitted: expect.any(Number),
    });
    expect(structuredContent?.['tokens']).toBeLessThanOrEqual(60);
  });

  it('get records by id, and page by page', async () => {
    const client = await connect();
    const byId = await call(client, 'get_records', { collection: 'coast', ids: ['c', 'nowhere'] });
    expect(byId.structuredContent).toMatchObject({
      records: [{ id: 'c', document: 'A gull eats what it finds.' }],
      missing: ['nowhere'],
    });
    const first = await call(client, 'get_records', { collection: 'coast', limit: 2 });
    const { records, cursor } = first.structuredContent ?? {};
    expect(records).toHaveLength(2);
    const second = await call(client, 'get_records', { collection: 'coast', limit: 2, cursor });
    expect(second.structuredContent?.['records']).toMatchObject([{ id: 'c' }]);
    expect(second.structuredContent).not.toHaveProperty('cursor');
  });

  it('add and remove records, where they may', async () => {
    const client = await connect({ write: true });
    const records = [
      { id: 'd', document: 'The tide rises.', metadata: { year: 2024 } },
      { document: 'Sand.' },
    ];
    const added = await call(client, 'add_records', { collection: 'coast', records });
    expect(added.structuredContent).toEqual({ ids: ['d', expect.any(String)] });
    expect((await coast.get('d'))?.metadata).toEqual({ year: 2024 });
    const removed = await call(client, 'remove_records', { collection: 'coast', ids: ['d', 'nowhere'] });
    expect(removed.structuredContent).toEqual({ removed: 1 });
    expect(await coast.count()).toBe(4);
  });
});

describe('what a client is told meanwhile', () => {
  it('is how far a call is', async () => {
    const told: Progress[] = [];
    const params = { name: 'search', arguments: { collection: 'coast', query: 'tide' } };
    await (await connect()).callTool(params, undefined, {
      onprogress: (progress) => void told.push(progress),
    });
    expect(told.map(({ progress, total, message }) => [progress, total, message])).toEqual([
      [0, 2, 'opening collection "coast"'],
      [1, 2, 'searching'],
      [2, 2, 'found'],
    ]);
  });

  it('is nothing any more once it has cancelled a call, and the next call is answered', async () => {
    const client = await connect();
    const controller = new AbortController();
    const params = { name: 'search', arguments: { collection: 'coast', query: 'the unanswerable' } };
    const cancelled = client.callTool(params, undefined, {
      signal: controller.signal,
      onprogress: ({ progress }) => {
        if (progress === 1) controller.abort('enough');
      },
    });
    await expect(cancelled).rejects.toThrow('enough');
    const next = await call(client, 'search', { collection: 'coast', query: 'tide', k: 1 });
    expect(next.structuredContent).toMatchObject({ records: [{ id: 'a' }] });
  });
});

describe('what a client does wrong', () => {
  const BAD = [
    ['search', { collection: 'cost', query: 'a' }, 'COLLECTION_NOT_FOUND: ', '"coast"'],
    ['search', { query: 'a' }, 'OPTION_INVALID: ', 'search: option "collection" is missing'],
    ['search', { collection: 'coast', query: ' ' }, 'OPTION_INVALID: ', '"query" is a string without words'],
    ['search', { collection: 'coast', query: 'a', k: 0 }, 'OPTION_OUT_OF_RANGE: ', '"k" is 0'],
    ['search', { collection: 'coast', query: 'a', limit: 1 }, 'OPTION_UNKNOWN: ', '"limit"'],
    [
      'search',
      { collection: 'coast', query: 'a', filter: { year: { $above: 1 } } },
      'FILTER_OPERATOR_UNKNOWN: ',
      '$above',
    ],
    ['search', { collection: 'plain', query: 'a' }, 'EMBEDDING_MISSING: ', '"plain"'],
    [
      'retrieve',
      { collection: 'coast', question: 'a', tokens: 8_001 },
      'OPTION_OUT_OF_RANGE: ',
      'from 16 to 8000',
    ],
    ['get_records', { collection: 'coast', ids: [] }, 'OPTION_INVALID: ', 'at least one'],
    ['get_records', { collection: 'coast', ids: ['a'], filter: {} }, 'OPTION_INVALID: ', 'either ids'],
    ['get_records', { collection: 'coast', ids: Array(201).fill('a') }, 'BATCH_TOO_LARGE: ', '201 ids'],
    ['get_records', { collection: 'coast', cursor: 'x' }, 'CURSOR_INVALID: ', 'cursor'],
    ['add_records', { collection: 'plain', records: [{ vector: [1, 2, 3] }] }, 'DIMENSION_MISMATCH: ', '3'],
    ['add_records', { collection: 'coast', records: ['a'] }, 'OPTION_INVALID: ', 'an array of JSON objects'],
    ['remove_records', { collection: 'coast', ids: 'a' }, 'OPTION_INVALID: ', 'an array of texts'],
    ['list_collections', { all: true }, 'OPTION_UNKNOWN: ', '"all"'],
  ] as const;

  it.each(BAD)('%s with %j is an answer that says so', async (name, input, code, says) => {
    const answer = await call(await connect({ write: true }), name, input);
    expect(answer.isError).toBe(true);
    expect(textOf(answer).startsWith(code)).toBe(true);
    expect(textOf(answer)).toContain(says);
    expect(await coast.count()).toBe(3);
  });

  it('a tool that is not there is an error of the protocol', async () => {
    await expect(call(await connect(), 'drop', {})).rejects.toThrow('there is no tool "drop"');
  });

  it('an unknown option of the server is refused', () => {
    expect(() => createMcpServer(db, { writes: true } as never)).toThrow(/unknown option "writes".*"write"/);
    expect(() => createMcpServer(db, { openCollection: 'coast' } as never)).toThrow(
      /"openCollection" is no function/,
    );
  });
});

describe('resources', () => {
  it('are the collections and their records', async () => {
    const client = await connect();
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      'vecino://collections/coast',
      'vecino://collections/plain',
    ]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates[0]?.uriTemplate).toBe('vecino://collections/{collection}/records/{id}');
    const read = async (uri: string) => {
      const { contents } = await client.readResource({ uri });
      const [only] = contents;
      return JSON.parse(only !== undefined && 'text' in only ? only.text : '') as unknown;
    };
    expect(await read('vecino://collections/coast')).toMatchObject({ name: 'coast', dimension: 3 });
    expect(await read('vecino://collections/coast/records/b%2F1')).toMatchObject({
      document: 'A boat lies dry.',
    });
  });

  it.each([
    ['vecino://collections/nowhere', 'COLLECTION_NOT_FOUND'],
    ['vecino://collections/coast/records/nowhere', 'RECORD_NOT_FOUND'],
    ['vecino://collections/%E0', 'OPTION_INVALID'],
    ['file:///etc/passwd', 'OPTION_INVALID'],
  ])('%s is none', async (uri, code) => {
    await expect((await connect()).readResource({ uri })).rejects.toThrow(code);
  });
});
