import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, type EmbeddingFunction, open } from 'vecino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestOptions, type IngestReport, ingest } from './index.ts';
import type { PassageMetadata } from './store/passage.ts';

let folder: string;
let embedded: string[];
/** Answers no vectors any more after so many texts. */
let textsMax: number;
let passages: Collection;
let closing: () => Promise<void>;

const embedding: EmbeddingFunction = {
  name: 'lengths',
  dimension: 2,
  async embed(texts) {
    if (embedded.length + texts.length > textsMax) throw new Error('out of order');
    embedded.push(...texts);
    return texts.map((text) => [1, text.length]);
  },
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vecino-ingest-'));
  mkdirSync(join(folder, 'docs', 'deep'), { recursive: true });
  embedded = [];
  textsMax = Number.POSITIVE_INFINITY;
  const db = await open(':memory:');
  passages = await db.collection('passages', { embedding });
  closing = () => db.close();
});

afterEach(async () => {
  await closing();
  rmSync(folder, { recursive: true, force: true });
});

const place = (name: string) => join(folder, 'docs', name);
const write = (name: string, text: string | Uint8Array) => writeFileSync(place(name), text);
const run = (options?: IngestOptions): Promise<IngestReport> =>
  ingest(passages, join(folder, 'docs'), options);
const sources = (report: IngestReport) => Object.entries(report.sources).filter(([, count]) => count > 0);

async function stored(): Promise<PassageMetadata[]> {
  const { records } = await passages.list({ limit: 1_000 });
  return records
    .map(({ metadata }) => metadata as unknown as PassageMetadata)
    .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.chunk - b.chunk));
}

describe('ingest', () => {
  it('stores the passages of a folder with where they are from', async () => {
    write('guide.md', '# Guide\n\nRead this.\n\n## Tides\n\nTwice a day.');
    write('deep/notes.txt', 'Boats lie dry.');
    write('picture.png', 'no text');
    const progress: number[] = [];
    const report = await run({ metadata: { tag: 'x' }, onProgress: ({ sources }) => progress.push(sources) });
    expect(sources(report)).toEqual([
      ['added', 2],
      ['ignored', 1],
    ]);
    expect(report.records).toEqual({ stored: 2, kept: 0, removed: 0 });
    expect(progress).toEqual([1, 2]);
    const [notes, guide] = await stored();
    expect(notes).toMatchObject({
      source: 'docs/deep/notes.txt',
      headings: ['docs/deep/notes.txt'],
      tag: 'x',
    });
    expect(guide).toMatchObject({ root: join(folder, 'docs'), source: 'docs/guide.md', chunk: 0, chunks: 1 });
    expect(embedded).toContain('docs/deep/notes.txt\n\nBoats lie dry.');
  });

  it('answers the text of the source by its offsets', async () => {
    const text = `# One\n\n${'Sentences of five words. '.repeat(40)}\n\n# Two\n\nShort.`;
    write('a.md', text);
    await run({ size: 40, overlap: 8 });
    const { records } = await passages.list({ limit: 1_000 });
    expect(records.length).toBeGreaterThan(4);
    for (const { document = '', metadata } of records) {
      const { start, end, contextLength } = metadata as unknown as PassageMetadata;
      expect(document.slice(contextLength)).toBe(text.slice(start, end));
    }
  });

  it('does nothing where nothing has changed, also where only times have', async () => {
    write('a.md', '# A\n\nOne.\n\n# B\n\nTwo.');
    write('b.txt', 'Three.');
    await run();
    embedded = [];
    expect(sources(await run())).toEqual([['unchanged', 2]]);
    utimesSync(place('a.md'), 1, 1);
    const report = await run();
    expect(sources(report)).toEqual([['unchanged', 2]]);
    expect(report.records).toEqual({ stored: 0, kept: 0, removed: 0 });
    expect(embedded).toEqual([]);
    expect((await stored())[0]?.modified).toBe('1970-01-01T00:00:01.000Z');
  });

  it('embeds what is new in a changed file, moves the rest and removes what has gone', async () => {
    write('a.md', '# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree.');
    await run();
    embedded = [];
    write('a.md', '# New\n\nZero.\n\n# A\n\nOne.\n\n# C\n\nThree.');
    const report = await run();
    expect(sources(report)).toEqual([['changed', 1]]);
    expect(report.records).toEqual({ stored: 1, kept: 2, removed: 1 });
    expect(embedded).toEqual(['docs/a.md\n\n# New\n\nZero.']);
    expect((await stored()).map(({ chunk, start }) => [chunk, start])).toEqual([
      [0, 0],
      [1, 14],
      [2, 25],
    ]);
    expect(sources(await run())).toEqual([['unchanged', 1]]);
  });

  it('reads all anew where it is cut otherwise', async () => {
    write('a.txt', 'One. Two.');
    await run();
    expect(sources(await run({ size: 100 }))).toEqual([['changed', 1]]);
  });

  it('removes what belongs to vanished files of this folder only', async () => {
    write('a.txt', 'One.');
    write('b.txt', 'Two.');
    const other = join(folder, 'other.txt');
    writeFileSync(other, 'Three.');
    await ingest(passages, [join(folder, 'docs'), other]);
    rmSync(place('a.txt'));
    expect(sources(await run({ keepVanished: true }))).toEqual([['unchanged', 1]]);
    const report = await run();
    expect(sources(report)).toEqual([
      ['unchanged', 1],
      ['vanished', 1],
    ]);
    expect(report.records.removed).toBe(1);
    expect((await stored()).map(({ source }) => source)).toEqual(['docs/b.txt', 'other.txt']);
  });

  it('reports each bad file with its reason and ingests the rest', async () => {
    write('binary.txt', Buffer.from([1, 0, 2, 0, 0, 0, 9, 9, 9, 9, 9, 9]));
    write('broken.jsonl', '{"a":');
    write('cut.docx', Buffer.from('504b0304', 'hex'));
    write('empty.md', '');
    write('good.md', 'Well.');
    write('huge.txt', 'x'.repeat(2_000));
    write('none.pdf', 'no pdf');
    const heard: string[] = [];
    const report = await run({ fileBytesMax: 1_000, onFault: ({ source }) => heard.push(source) });
    expect(sources(report)).toEqual([
      ['added', 1],
      ['failed', 6],
    ]);
    const reasons = report.faults.map(({ source, error }) => `${source}: ${error.message}`);
    expect(reasons).toEqual([
      'docs/binary.txt: not a text: it has zero bytes',
      'docs/broken.jsonl: line 1 is not JSON',
      'docs/cut.docx: it is no docx, or damaged',
      'docs/empty.md: there is no text in it',
      'docs/huge.txt: it has 2000 bytes, more than the 1000 of fileBytesMax; raise that, or divide the file',
      'docs/none.pdf: it is no PDF, or a damaged one',
    ]);
    expect(heard).toHaveLength(6);
  });

  it.skipIf(process.getuid?.() === 0)('reports a file that may not be read (root may read all)', async () => {
    write('secret.txt', 'One.');
    chmodSync(place('secret.txt'), 0);
    const { faults } = await run();
    expect(faults[0]?.error.message).toBe('cannot be read: its permissions do not allow it');
  });

  it('keeps what is stored of a file that is damaged now, and lets go what is stored of an empty one', async () => {
    write('a.txt', 'One.');
    write('b.txt', 'Two.');
    await run();
    write('a.txt', Buffer.from([0, 0, 0, 0]));
    write('b.txt', ' ');
    expect(sources(await run())).toEqual([['failed', 2]]);
    expect((await stored()).map(({ source }) => source)).toEqual(['docs/a.txt']);
  });

  it('goes on where a failing embedding has interrupted it, in the middle of a file too', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => `row ${i}`);
    write('a.csv', ['words', ...rows].join('\n'));
    write('b.txt', 'Three.');
    textsMax = 5;
    await expect(run({ batch: 2 })).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' });
    expect(await stored()).toHaveLength(4);
    textsMax = Number.POSITIVE_INFINITY;
    embedded = [];
    expect(sources(await run({ batch: 2 }))).toEqual([
      ['added', 1],
      ['changed', 1],
    ]);
    expect(embedded).toHaveLength(7);
    expect(await stored()).toHaveLength(11);
    expect(sources(await run())).toEqual([['unchanged', 2]]);
  });

  it('ends when it is told to', async () => {
    for (let i = 0; i < 9; i++) write(`${i}.txt`, `Text ${i}.`);
    const ending = new AbortController();
    const onProgress = ({ sources: done }: { readonly sources: number }) => done === 3 && ending.abort();
    const call = run({ signal: ending.signal, onProgress, batch: 1 });
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await stored()).length).toBeLessThan(9);
  });

  it('takes patterns and leaves out what is to be ignored', async () => {
    write('a.md', 'One.');
    write('deep/b.md', 'Two.');
    write('c.txt', 'Three.');
    await ingest(passages, join(folder, 'docs', '**/*.md'));
    expect((await stored()).map(({ source }) => source)).toEqual(['docs/a.md', 'docs/deep/b.md']);
    const namespace = passages.namespace('other');
    await ingest(namespace, join(folder, 'docs'), { ignore: ['deep/**'] });
    expect(await namespace.count()).toBe(2);
  });

  it('writes into a namespace as into a collection', async () => {
    write('a.md', 'One.');
    const namespace = passages.namespace('tenant');
    await ingest(namespace, join(folder, 'docs'));
    expect(await namespace.count()).toBe(1);
    expect(await passages.count()).toBe(0);
  });
});

describe('pages', () => {
  let server: Server;
  let address: string;
  let body: string;
  let answers: number[];

  beforeEach(async () => {
    body = '<title>Tides</title><h1>Tides</h1><p>Twice a day.';
    answers = [];
    server = createServer((request, response) => {
      const etag = `"${body.length}"`;
      const isKnown = request.headers['if-none-match'] === etag;
      const code = request.url === '/tides' ? (isKnown ? 304 : 200) : 404;
      answers.push(code);
      response.writeHead(code, { etag, 'content-type': 'text/html; charset=utf-8' });
      response.end(code === 200 ? body : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => server.close());

  it('of a list are fetched, again only where they have changed, and failing ones reported', async () => {
    const list = join(folder, 'pages.txt');
    writeFileSync(list, `# pages\n${address}/tides\n\n${address}/gone\nftp://elsewhere\n`);
    const first = await ingest(passages, `@${list}`);
    expect(first.faults.map(({ error }) => error.message)).toEqual([
      'cannot be fetched: the server answers 404',
      'not an address that begins with http:// or https://',
    ]);
    expect(await stored()).toMatchObject([{ source: `${address}/tides`, headings: ['Tides'] }]);
    expect(sources(await ingest(passages, `@${list}`))).toEqual([
      ['unchanged', 1],
      ['failed', 2],
    ]);
    body += '<p>And more.';
    expect(sources(await ingest(passages, `@${list}`))).toContainEqual(['changed', 1]);
    expect(answers.toSorted()).toEqual([200, 200, 304, 404, 404, 404]);
  });
});

describe('refused are', () => {
  it.each<[string, object, string]>([
    ['unknown options', { sizes: 1 }, 'OPTION_UNKNOWN'],
    ['sizes out of range', { size: 8 }, 'OPTION_OUT_OF_RANGE'],
    ['overlaps of more than half', { size: 100, overlap: 51 }, 'OPTION_OUT_OF_RANGE'],
    [
      'sizes beyond the model',
      { size: 300, embedding: { ...embedding, tokensMax: 254 } },
      'OPTION_OUT_OF_RANGE',
    ],
    ['patterns that are none', { ignore: '*.md' }, 'OPTION_INVALID'],
    ['metadata that would hide the own', { metadata: { source: 'x' } }, 'OPTION_INVALID'],
    ['metadata that are none', { metadata: 3 }, 'OPTION_INVALID'],
    ['bytes out of range', { fileBytesMax: 0 }, 'OPTION_OUT_OF_RANGE'],
    ['batches out of range', { batch: 0 }, 'OPTION_OUT_OF_RANGE'],
    ['answers that are no yes or no', { keepVanished: 1 }, 'OPTION_INVALID'],
    ['listeners that are none', { onFault: 1 }, 'OPTION_INVALID'],
  ])('%s', async (_, options, code) => {
    await expect(run(options)).rejects.toMatchObject({ code });
  });

  it.each(['nowhere', 'docs/*.xyz', '@nowhere'])('the name %s, which stands for nothing', async (name) => {
    await expect(ingest(passages, name)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  });
});
