import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve, vectorOf } from '../embedding/misbehaving-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino } from './command-line.ts';

describe('vecino --embedding <url>#<model>', () => {
  it('imports and searches by any endpoint, embeds nothing twice, and learns the dimension by itself', {
    timeout: COMMANDS_TIMEOUT_MS,
  }, async () => {
    const server = await serve();
    const folder = temporaryFolder();
    const library = join(folder, 'library');
    const file = join(folder, 'words.jsonl');
    const lines = ['tulip', 'rose'].map((document, i) => JSON.stringify({ id: `${i}`, document }));
    writeFileSync(file, lines.join('\n'));
    const model = `${server.url}#unheard-of`;
    const first = await vecino(['import', library, 'words', file, '--embedding', model]);
    expect(first.stderr + first.code).toContain('0');
    expect(server.seen.map(({ texts }) => texts)).toEqual([['dimension'], ['tulip', 'rose']]);
    const again = await vecino(['import', library, 'words', file, '--embedding', model, '--again']);
    expect(again.code, again.stderr).toBe(0);
    expect(server.seen).toHaveLength(2);
    const found = await vecino(['search', library, 'words', 'tulip', '--embedding', model, '--json']);
    expect(JSON.parse(found.stdout)).toMatchObject({ hits: [{ id: '0' }, { id: '1' }] });
    expect(vectorOf('tulip')).toHaveLength(3);
    const bare = await vecino(['search', library, 'words', 'tulip']);
    expect(bare.stderr).toContain('--embedding <url>#unheard-of');
  });
});

describe('vecino --embedding', () => {
  it.each([
    [
      'minilmm',
      /--embedding is "minilmm", expected minilm, openai:<model> or <url>#<model>; did you mean "minilm"/,
    ],
    ['http://localhost/v1', /--embedding is an address without #<model>/],
    ['openai:text-embedding-3-smal', /nothing is known of the model "text-embedding-3-smal"; did you mean/],
    ['https://me:tulip@localhost/v1#m', /holds a user or a password/],
  ])('refuses %s', async (text, message) => {
    const { code, stderr } = await vecino(
      ['import', temporaryFolder(), 'words', '-', '--format', 'jsonl', '--embedding', text],
      {
        input: '{"document": "tulip"}',
      },
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('tulip');
  });
});
