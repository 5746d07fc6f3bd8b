/** What docs/mcp.md tells users to write starts a server that answers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { open } from 'vecino';
import { afterAll, beforeAll, expect, it } from 'vitest';

const VECINO = dirname(createRequire(import.meta.url).resolve('vecino/package.json'));
const PAGE = readFileSync(new URL('../../../docs/mcp.md', import.meta.url), 'utf8');
const TIMEOUT_MS = 60_000;

let library = '';

beforeAll(async () => {
  library = mkdtempSync(join(tmpdir(), 'vecino-test-'));
  await using db = await open(library);
  await db.createCollection('coast', { dimension: 2 });
});

afterAll(() => rmSync(library, { recursive: true }));

/** The collections that a server names, started with these arguments of Node. */
async function collectionsOf(args: readonly string[]): Promise<unknown> {
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...args],
    cwd,
    stderr: 'ignore',
  });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  const { structuredContent } = await client.callTool({ name: 'list_collections', arguments: {} });
  await client.close();
  return structuredContent;
}

interface Settings {
  readonly mcpServers?: Readonly<Record<string, Command>>;
  readonly servers?: Readonly<Record<string, Command>>;
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

it('settings of clients start the command', { timeout: TIMEOUT_MS }, async () => {
  const settings = [...PAGE.matchAll(/^```json\n(.*?)^```/gms)].map(
    ([, json = '']) => JSON.parse(json) as Settings,
  );
  const commands = settings.flatMap(({ mcpServers, servers }) => Object.values(mcpServers ?? servers ?? {}));
  expect(commands).toHaveLength(2);
  for (const { command, args } of commands) {
    expect(command).toBe('npx');
    const [program, ...own] = args.slice(args.indexOf('vecino', args.lastIndexOf('-p') + 2));
    expect(program).toBe('vecino');
    const here = own.map((argument) => (argument === '/home/me/library' ? library : argument));
    const bin = join(VECINO, 'bin/vecino.js');
    expect(await collectionsOf([bin, ...here])).toMatchObject({ collections: [{ name: 'coast' }] });
  }
});

it('its program serves', { timeout: TIMEOUT_MS }, async () => {
  const [, code = ''] = /^```ts\n(.*?)^```/ms.exec(PAGE) ?? [];
  const here = code.replaceAll("'./library'", JSON.stringify(library));
  const served = await collectionsOf(['--input-type=module-typescript', '--eval', here]);
  expect(served).toMatchObject({ collections: [{ name: 'coast' }] });
});
