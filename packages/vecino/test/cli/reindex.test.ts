import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino } from './command-line.ts';

/** A library of three books, made by the command line. */
async function stocked(...flags: string[]): Promise<string> {
  const library = temporaryFolder();
  const file = join(temporaryFolder(), 'books.jsonl');
  writeFileSync(file, [1, 2, 3].map((i) => JSON.stringify({ id: `b${i}`, vector: [i, 1, 0] })).join('\n'));
  await vecino(['import', library, 'books', file, ...flags]);
  return library;
}

describe('vecino reindex', { timeout: COMMANDS_TIMEOUT_MS }, () => {
  it('gives a collection another index, and says so', async () => {
    const library = await stocked();
    const changed = await vecino(['reindex', library, 'books', '--m', '24', '--recall', '0.9']);
    expect(changed.stdout).toBe('collection "books" is served by hnsw (the family hnsw was asked for)\n');
    const listed = await vecino(['list', library, '--json']);
    expect(JSON.parse(listed.stdout).collections).toMatchObject([
      { index: { family: 'hnsw', M: 24, recall: 0.9 }, serving: { options: { family: 'hnsw' } } },
    ]);
    const same = await vecino(['reindex', library, 'books', '--m', '24', '--recall', '0.9', '--json']);
    expect(JSON.parse(same.stdout)).toMatchObject({ changed: false });
    const found = await vecino([
      'search',
      library,
      'books',
      '--vector',
      '[3,1,0]',
      '--recall',
      '0.99',
      '--json',
    ]);
    expect(JSON.parse(found.stdout).hits[0]).toMatchObject({ id: 'b3' });
    const back = await vecino(['reindex', library, 'books', '--family', 'auto']);
    expect(back.stdout).toContain('collection "books" is served by flat (comparing with all is fastest');
  });

  it('refuses a search by the effort of another family, and a command without a family', async () => {
    const library = await stocked('--index', 'hnsw');
    const search = await vecino(['search', library, 'books', '--vector', '[1,1,0]', '--nprobe', '4']);
    expect(search.code).toBe(2);
    expect(search.stderr).toContain('nprobe is an option of another family');
    const bare = await vecino(['reindex', library, 'books']);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain('reindex needs --family');
  });
});
