import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

const BOOKS = [
  {
    id: 'hp1',
    document: 'A boy learns that\nhe is a wizard.',
    metadata: { year: 1997, tags: ['magic'] },
    vector: [1, 0, 0.1],
  },
  { id: 'romeo', document: 'Two lovers in Verona.', metadata: { year: 1597 }, vector: [0, 1, -0] },
  { id: 'dune', metadata: { year: 1965, author: { name: 'Herbert' } }, vector: [0.25, 0.5, 1e-45] },
];

function jsonl(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** A folder with the collection `books`. */
async function importedBooks(): Promise<{ readonly folder: string; readonly library: string }> {
  const folder = temporaryFolder();
  const library = join(folder, 'library');
  writeFileSync(join(folder, 'books.jsonl'), jsonl(BOOKS));
  await vecinoJson('import', library, 'books', join(folder, 'books.jsonl'));
  return { folder, library };
}

describe('one imported file', () => {
  it('is searched, got, listed, counted and checked', async () => {
    const { library } = await importedBooks();

    const near = ['search', library, 'books', '--vector', '[1,0.2,0]', '--k', '2'];
    expect(await vecinoJson(...near)).toMatchObject({ hits: [{ id: 'hp1' }, { id: 'dune' }] });
    const filtered = [...near, '--filter', '{"year":{"$lt":1900}}', '--include', 'metadata', '--explain'];
    expect(await vecinoJson(...filtered)).toEqual({
      hits: [{ id: 'romeo', score: expect.closeTo(0.196, 3), metadata: { year: 1597 } }],
      explain: expect.objectContaining({ matches: 1, records: 3 }),
    });
    expect(await vecinoJson('search', library, 'books', '--id', 'hp1', '--min-score', '0.9')).toEqual({
      hits: [],
    });

    expect(await vecinoJson('get', library, 'books', 'dune', '--include', 'vector')).toEqual({
      records: [{ id: 'dune', seq: expect.any(Number), vector: [0.25, 0.5, 1e-45] }],
    });
    expect(await vecinoJson('list', library)).toMatchObject({
      collections: [{ name: 'books', records: 3, dimension: 3, metric: 'cosine' }],
    });
    const page = (await vecinoJson('list', library, 'books', '--order-by', 'year', '--limit', '2')) as {
      readonly cursor: string;
    };
    expect(page).toMatchObject({ records: [{ id: 'romeo' }, { id: 'dune' }] });
    const rest = ['list', library, 'books', '--order-by', 'year', '--limit', '2', '--cursor', page.cursor];
    expect(await vecinoJson(...rest)).toEqual({ records: [expect.objectContaining({ id: 'hp1' })] });

    expect(await vecinoJson('stats', library, 'books')).toMatchObject({ records: 3, index: { pending: 0 } });
    expect(await vecinoJson('stats', library)).toMatchObject({
      collections: [{ name: 'books', records: 3 }],
    });
    expect(await vecinoJson('check', library)).toEqual({
      collections: [{ collection: 'books', records: 3, problems: [] }],
    });
    expect(await vecinoJson('compact', library)).toMatchObject({ collections: [{ collection: 'books' }] });
  });

  it('is readable by people', async () => {
    const { library } = await importedBooks();
    const search = await vecino([
      'search',
      library,
      'books',
      '--vector',
      '[1,0.2,0]',
      '--k',
      '2',
      '--explain',
    ]);
    expect(search.stdout).toMatch(/^1 {2}0\.9\d{3} {2}hp1 {3}A boy learns that he is a wizard\.\n/);
    expect(search.stdout).toContain('{"year":1997,"tags":["magic"]}');
    expect(search.stdout).toMatch(/^way +exact: /m);
    const list = await vecino(['list', library]);
    expect(list.stdout).toMatch(
      /^collection +records +dimension +metric +index +embedding\nbooks +3 +3 +cosine +auto: flat +-\n$/,
    );
    expect((await vecino(['stats', library, 'books'])).stdout).toMatch(/^records +3$/m);
    expect((await vecino(['check', library])).stdout).toBe('books: 3 records, no problems\n');
    const page = await vecino(['list', library, 'books', '--limit', '1']);
    expect(page.stdout).toContain('hp1');
    expect(page.stderr).toMatch(/^more: --cursor \S+\n$/);
  });

  it('is dropped only where that is meant', async () => {
    const { library } = await importedBooks();
    const asked = await vecino(['drop', library, 'books']);
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain('3 records');
    expect(await vecinoJson('drop', library, 'books', '--yes')).toEqual({ collection: 'books', records: 3 });
    expect(await vecinoJson('list', library)).toEqual({ collections: [] });
  });
});

describe('export and import', () => {
  it('give the same bytes again', async () => {
    const folder = temporaryFolder();
    const random = seededRandom(7);
    const bits = new Uint32Array(1);
    const anyFloat = () => {
      for (;;) {
        bits[0] = Math.floor(random() * 2 ** 32);
        const [value = 0] = new Float32Array(bits.buffer);
        // Squares of larger ones overflow, which the database refuses as a norm that is not finite.
        if (Math.abs(value) < 1e15) return value;
      }
    };
    const records = Array.from({ length: 1_200 }, (_, i) => ({
      id: `r${i}`,
      ...(i % 3 === 0 ? {} : { document: `text ${i} "quoted" \u2028 🙂` }),
      metadata: i % 2 === 0 ? {} : { i, nested: { list: [1, null, 'x'] } },
      vector: Array.from({ length: 16 }, (_unused, j) => (j === 0 ? 1 : i % 7 === 0 ? -0 : anyFloat())),
    }));
    const original = join(folder, 'original.jsonl');
    // JSON.stringify would drop the sign of zero.
    const lineOf = ({ vector, ...rest }: (typeof records)[0]) =>
      `${JSON.stringify(rest).slice(0, -1)},"vector":[${vector.map((x) => (Object.is(x, -0) ? '-0' : String(x)))}]}\n`;
    writeFileSync(original, records.map(lineOf).join(''));
    const [first, second] = [join(folder, 'first.jsonl'), join(folder, 'second.jsonl')];
    await vecinoJson('import', join(folder, 'a'), 'c', original, '--metric', 'l2', '--index', 'flat');
    await vecinoJson('export', join(folder, 'a'), 'c', first);
    await vecinoJson('import', join(folder, 'b'), 'c', first, '--metric', 'l2', '--index', 'flat');
    await vecinoJson('export', join(folder, 'b'), 'c', second);
    const exported = readFileSync(first);
    expect(exported.equals(readFileSync(second))).toBe(true);

    const given = new Map(records.map((record) => [record.id, record]));
    const lines = exported.toString('utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(records.length);
    for (const line of lines) {
      const read = JSON.parse(line) as (typeof records)[0];
      const { vector = [], ...rest } = given.get(read.id) ?? {};
      expect(read).toMatchObject(rest);
      expect(Buffer.from(Float32Array.from(read.vector).buffer)).toEqual(
        Buffer.from(Float32Array.from(vector).buffer),
      );
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('keep namespaces', async () => {
    const { folder, library } = await importedBooks();
    const own = ['--namespace', 'acme'];
    await vecinoJson('import', library, 'books', join(folder, 'books.jsonl'), ...own);
    const named = { $namespace: 'größe/2', id: 'hp1', vector: [1, 1, 1] };
    writeFileSync(join(folder, 'named.jsonl'), jsonl([named]));
    expect(await vecinoJson('import', library, 'books', join(folder, 'named.jsonl'))).toMatchObject({
      records: 7,
    });
    const namespaces = [
      { name: 'acme', records: 3 },
      { name: 'größe/2', records: 1 },
    ];
    expect(await vecinoJson('list', library, 'books', '--namespaces')).toEqual({ namespaces });
    expect(await vecinoJson('get', library, 'books', 'hp1', '--namespace', 'größe/2')).toMatchObject({
      records: [{ id: 'hp1', metadata: {} }],
    });
    const near = ['--vector', '[1,0.2,0]', '--k', '9', ...own];
    expect(await vecinoJson('search', library, 'books', ...near)).toMatchObject({ hits: { length: 3 } });

    const [first, second] = [join(folder, 'first.jsonl'), join(folder, 'second.jsonl')];
    await vecinoJson('export', library, 'books', first);
    await vecinoJson('import', join(folder, 'b'), 'books', first);
    await vecinoJson('export', join(folder, 'b'), 'books', second);
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'));
    expect(await vecinoJson('list', join(folder, 'b'), 'books', '--namespaces')).toEqual({ namespaces });

    await vecinoJson('drop', library, 'books', ...own, '--yes');
    expect(await vecinoJson('list', library, 'books', '--namespaces')).toEqual({
      namespaces: namespaces.slice(1),
    });
    expect(await vecinoJson('list', library, 'books')).toMatchObject({ records: { length: 3 } });
  });

  it('stream through pipes, quietly also where the reader stops', async () => {
    const { folder, library } = await importedBooks();
    const { stdout } = await vecino(['export', library, 'books', '--filter', '{"year":{"$gt":1900}}']);
    const copy = await vecino(['import', join(folder, 'copy'), 'books', '-', '--format', 'jsonl', '--json'], {
      input: stdout,
    });
    expect(JSON.parse(copy.stdout)).toMatchObject({ records: 2 });

    const many = Array.from({ length: 5_000 }, (_, i) => ({
      id: `r${i}`,
      vector: [1, i],
      text: 'x'.repeat(100),
    }));
    writeFileSync(join(folder, 'many.jsonl'), jsonl(many));
    await vecinoJson('import', library, 'many', join(folder, 'many.jsonl'), '--index', 'flat');
    const hungUp = await vecino(['export', library, 'many'], { hangUp: true });
    expect(hungUp).toMatchObject({ code: 0, stderr: '' });
  });
});
