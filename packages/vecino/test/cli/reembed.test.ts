import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve } from '../embedding/misbehaving-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino } from './command-line.ts';

describe('vecino reembed', { timeout: COMMANDS_TIMEOUT_MS }, () => {
  it('tells what it costs, moves the collection, and says so', async () => {
    const server = await serve();
    const [old, next] = [`${server.url}#old`, `${server.url}#next`];
    const folder = temporaryFolder();
    const library = join(folder, 'library');
    const file = join(folder, 'words.jsonl');
    const lines = ['tulip', 'rose'].map((document, i) => JSON.stringify({ id: `${i}`, document }));
    writeFileSync(file, lines.join('\n'));
    const imported = await vecino(['import', library, 'words', file, '--embedding', old]);
    expect(imported.code, imported.stderr).toBe(0);
    const dry = await vecino(['reembed', library, 'words', '--embedding', next, '--dry-run']);
    expect(dry.stdout).toMatch(/^2 texts to embed: about 2 tokens, .* s, 24 B in the store\n$/);
    const moved = await vecino(['reembed', library, 'words', '--embedding', next, '--metric', 'l2']);
    expect(moved.stdout).toBe('collection "words" has moved to "next" (3 dimensions, l2)\n');
    expect(moved.stderr).toMatch(/^2 texts to embed/);
    const again = await vecino(['reembed', library, 'words', '--embedding', next, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      ...{ changed: false, metric: 'l2', records: 2 },
      ...{ embedding: { name: 'next' }, estimate: { texts: 0 } },
    });
    const found = await vecino(['search', library, 'words', 'rose', '--embedding', next, '--json']);
    expect(JSON.parse(found.stdout).hits[0]).toMatchObject({ id: '1' });
    const refused = await vecino(['search', library, 'words', 'rose', '--embedding', old]);
    expect(refused.code).toBe(3);
  });

  it('needs a model', async () => {
    const { code, stderr } = await vecino(['reembed', temporaryFolder(), 'words']);
    expect(code).toBe(2);
    expect(stderr).toContain('reembed needs --embedding');
  });
});
