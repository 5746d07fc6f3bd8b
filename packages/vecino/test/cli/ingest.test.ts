import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importOptional } from '../../src/cli/optional-package.ts';
import { open } from '../../src/index.ts';
import { serve } from '../embedding/misbehaving-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

const TIDES =
  '# Tides\n\nThe sea comes twice a day.\n\n## Boats\n\nThey lie dry on the sand until the water returns.';

describe('vecino ingest, ask and eval', () => {
  it(
    'store a folder, report what is bad, do nothing twice, and answer with citations',
    async () => {
      const folder = temporaryFolder();
      const [library, docs] = [join(folder, 'library'), join(folder, 'docs')];
      mkdirSync(docs);
      writeFileSync(join(docs, 'tides.md'), TIDES);
      writeFileSync(join(docs, 'gulls.txt'), 'Gulls eat what they find.');
      writeFileSync(join(docs, 'broken.pdf'), 'no pdf');

      const first = await vecino(['ingest', library, 'coast', docs]);
      expect(first.code).toBe(1);
      expect(first.stdout).toContain('2 sources new, 0 changed, 0 unchanged, 0 vanished, 1 not ingested');
      expect(first.stderr).toContain('not ingested: docs/broken.pdf: it is no PDF, or a damaged one');

      const second = await vecino(['ingest', library, 'coast', docs, '--json', '--ignore', '*.pdf']);
      expect(second.code).toBe(0);
      expect(JSON.parse(second.stdout)).toMatchObject({ sources: { unchanged: 2 }, records: { stored: 0 } });

      const found = await vecinoJson('ask', library, 'coast', 'Where are ships at low water?', '--k', '1');
      expect(found).toMatchObject({
        passages: [{ number: 1, citation: { source: 'docs/tides.md', headings: ['Tides'] } }],
      });
      const { stdout } = await vecino(['ask', library, 'coast', 'Who eats?', '--prompt']);
      expect(stdout).toMatch(/\[1\] docs\/gulls\.txt, characters 0 to 25\nGulls eat what they find\.\n/);

      const questions = join(folder, 'questions.jsonl');
      writeFileSync(questions, '{"question":"Who eats?","relevant":[{"source":"docs/gulls.txt"}]}\n');
      const table = await vecino(['eval', library, 'coast', '--questions', questions, '--weights', '2:1']);
      const rows = table.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
      expect(rows[0]).toEqual(['collection', 'by', 'questions', 'recall@10', 'MRR', 'nDCG@10', 'ms']);
      expect(rows.slice(1, -1).map(([, by, , recall]) => [by, recall])).toEqual([
        ['meaning', '1.000'],
        ['words', '1.000'],
        ['both', '1.000'],
        ['both, 2:1', '1.000'],
      ]);
    },
    COMMANDS_TIMEOUT_MS,
  );
});

describe('vecino ingest, ask and eval of named vectors', () => {
  it(
    'embed passages by the field of documents, and look in the field that is named',
    async () => {
      const server = await serve();
      const folder = temporaryFolder();
      const [library, docs] = [join(folder, 'library'), join(folder, 'docs')];
      const model = `${server.url}#model`;
      mkdirSync(docs);
      writeFileSync(join(docs, 'tides.md'), TIDES);
      writeFileSync(join(docs, 'gulls.txt'), 'Gulls eat what they find.');
      const db = await open(library);
      const embedding = { name: 'model', dimension: 3, embed: async () => [] };
      const vectors = { title: { dimension: 2 }, body: { embedding } };
      await db.createCollection('coast', { vectors, fullText: true });
      await db.close();

      const unknown = await vecino(['ingest', library, 'coast', docs, '--field', 'bdy']);
      expect(unknown.code).toBe(2);
      expect(unknown.stderr).toContain('has no field "bdy"; did you mean "body"? (it has title, body)');
      const first = await vecino(['ingest', library, 'coast', docs, '--embedding', model]);
      expect(first.stdout, first.stderr).toContain('2 sources new');
      const asking = ['--field', 'body', '--embedding', model];
      const found = await vecinoJson(
        'ask',
        library,
        'coast',
        'Gulls eat what they find.',
        '--k',
        '1',
        ...asking,
      );
      expect(found).toMatchObject({ passages: [{ citation: { source: 'docs/gulls.txt' } }] });
      const questions = join(folder, 'questions.jsonl');
      writeFileSync(questions, '{"question":"Gulls eat?","relevant":[{"source":"docs/gulls.txt"}]}\n');
      const rows = await vecinoJson(
        'eval',
        library,
        'coast',
        '--questions',
        questions,
        '--weights',
        '2:1',
        ...asking,
      );
      expect(rows).toMatchObject({ rows: [{ recall: 1 }, { recall: 1 }, { recall: 1 }, { recall: 1 }] });
      const fieldless = await vecino(['ask', library, 'coast', 'Who eats?']);
      expect(fieldless.stderr).toContain('name one of title, body as field');
    },
    COMMANDS_TIMEOUT_MS,
  );
});

describe('a package that a command needs', () => {
  it('is named with how to install it, where it is missing', async () => {
    await expect(importOptional('@vecino/nowhere', 'ingest')).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      message: expect.stringContaining('npm install @vecino/nowhere'),
    });
  });
});
