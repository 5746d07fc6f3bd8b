import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

const minilmIsBuilt = existsSync(new URL('../../../minilm/dist/index.js', import.meta.url));

/** Imports a text as a file and answers what became of it, and the records by id. */
async function imported(name: string, text: string, ...flags: readonly string[]) {
  const folder = temporaryFolder();
  const file = join(folder, name);
  writeFileSync(file, text);
  const library = join(folder, 'library');
  const outcome = await vecino(['import', library, 'c', file, '--json', ...flags]);
  return { library, file, ...outcome };
}

async function recordsIn(library: string): Promise<unknown> {
  return vecinoJson('list', library, 'c', '--order-by', 'id', '--include', 'document,metadata,vector');
}

describe('import', () => {
  it('reads CSV with quotes, line breaks and types', async () => {
    const csv =
      '\ufeffkey,title,emb,year,code,tags\r\n' +
      '1,"Say ""hi"",\nplease","[1,0.5]",1997,007,"[""a"",""b""]"\r\n' +
      '\r\n' +
      '2,Plain,"[0,1]",,,\r\n';
    const { library, code } = await imported(
      'a.csv',
      csv,
      '--id-field',
      'key',
      '--text-field',
      'title',
      '--vector-field',
      'emb',
    );
    expect(code).toBe(0);
    expect(await recordsIn(library)).toMatchObject({
      records: [
        {
          id: '1',
          document: 'Say "hi",\nplease',
          vector: [1, 0.5],
          metadata: { year: 1997, code: '007', tags: ['a', 'b'] },
        },
        { id: '2', document: 'Plain', vector: [0, 1], metadata: {} },
      ],
    });
  });

  it('takes the fields, the settings and the delimiter that it is told', async () => {
    const tsv = 'id\tvector\ta\tb\nx\t[3,4]\t1\ttrue\n';
    const settings = ['--metric', 'dot', '--m', '8', '--ef-construction', '50', '--dimension', '2'];
    const { library, code } = await imported(
      'a.tsv',
      tsv,
      '--metadata-fields',
      'b',
      '--strings',
      ...settings,
    );
    expect(code).toBe(0);
    expect(await recordsIn(library)).toMatchObject({ records: [{ id: 'x', metadata: { b: 'true' } }] });
    expect(await vecinoJson('list', library)).toMatchObject({
      collections: [{ metric: 'dot', dimension: 2, index: { family: 'hnsw', M: 8, efConstruction: 50 } }],
    });
  });

  it('stops at a malformed line, names its place, and keeps what was before', async () => {
    const { library, file, code, stderr } = await imported(
      'a.jsonl',
      '{"id":"a","vector":[1,2]}\n\n{"id":"b","vector":[1,2}\n{"id":"c","vector":[1,2]}\n',
    );
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'INPUT_MALFORMED',
        message: expect.stringContaining(
          `${file}:3:24: expected "," or "]"; what came before it is stored (1 record)`,
        ),
        details: { file, line: 3, column: 24, expected: '"," or "]"', stored: 1 },
      },
    });
    expect(await recordsIn(library)).toEqual({ records: [expect.objectContaining({ id: 'a' })] });
  });

  it('passes over bad lines with --skip-bad, whoever finds them bad, and counts them', async () => {
    const lines = [
      '{"id":"a","vector":[1,2]}',
      'not json',
      '{"id":"b","vector":[1,2,3]}',
      '{"id":"c","vector":[0,0]}',
      '{"id":"d","vector":[1,null]}',
      '[1]',
      '{"id":"e"}',
      `{"id":"${'x'.repeat(600)}","vector":[1,1]}`,
      '{"id":"f","vector":[2,1]}',
    ];
    const { library, code, stdout } = await imported('a.jsonl', lines.join('\n'), '--skip-bad');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as {
      readonly files: readonly { readonly faults: readonly object[] }[];
    };
    expect(answer).toMatchObject({ records: 2, files: [{ records: 2, skipped: 7 }] });
    expect(answer.files[0]?.faults).toHaveLength(5);
    expect(answer.files[0]?.faults).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ line: 2, column: 1, code: 'INPUT_MALFORMED' }),
        expect.objectContaining({ line: 6, column: 1, code: 'INPUT_MALFORMED' }),
      ]),
    );
    expect(await recordsIn(library)).toMatchObject({ records: [{ id: 'a' }, { id: 'f' }] });
  });

  it('names the line of a record that the database refuses', async () => {
    const { library, file, code, stderr } = await imported(
      'a.jsonl',
      '{"id":"a","vector":[1,2]}\n{"id":"b","vector":[3,4]}\n{"id":"c","vector":[1,2,3]}\n{"id":"d","vector":[1,2]}\n',
    );
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'DIMENSION_MISMATCH', details: { file, line: 3, stored: 2 } },
    });
    expect(await recordsIn(library)).toMatchObject({ records: [{ id: 'a' }, { id: 'b' }] });
  });

  it('lets a later line replace an earlier one of the same id', async () => {
    const lines = [
      '{"id":"a","vector":[1,0],"n":1}',
      '{"id":"b","vector":[1,1]}',
      '{"id":"a","vector":[0,1],"n":2}',
    ];
    const { library } = await imported('a.jsonl', lines.join('\n'));
    expect(await recordsIn(library)).toMatchObject({
      records: [{ id: 'a', vector: [0, 1], metadata: { n: 2 } }, { id: 'b' }],
    });
  });

  it('knows a file that it has imported, and one that has changed', async () => {
    const { library, file } = await imported('a.jsonl', '{"vector":[1,2]}\n{"vector":[1,2]}\n');
    const again = () => vecinoJson('import', library, 'c', file);
    expect(await again()).toMatchObject({ records: 2, files: [{ before: true, records: 2 }] });
    const forced = ['import', library, 'c', file, '--again'];
    expect(await vecinoJson(...forced)).toMatchObject({ records: 2, files: [{ before: false }] });
    writeFileSync(file, '{"vector":[1,2]}\n{"vector":[1,2]}\n{"vector":[1,2]}\n');
    expect(await again()).toMatchObject({ records: 3, files: [{ before: false, records: 3 }] });
    await vecinoJson('drop', library, 'c', '--yes');
    expect(await again()).toMatchObject({ records: 3, files: [{ before: false, records: 3 }] });
  });

  it('says what is missing where the first record has no vector', async () => {
    const { code, stderr } = await imported('a.jsonl', '{"id":"a","document":"text"}\n');
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'EMBEDDING_MISSING' } });
    expect(stderr).toContain('--embedding minilm');
  });

  it.runIf(minilmIsBuilt)(
    'embeds texts with minilm, and finds them by meaning (skipped where @vecino/minilm is not built)',
    async () => {
      const texts = [
        'A boy learns that he is a wizard.',
        'The stock market fell sharply.',
        'A recipe for apple pie.',
      ];
      const lines = texts.map((text, i) => JSON.stringify({ id: `t${i}`, text }));
      const { library, code, stderr } = await imported(
        'a.jsonl',
        lines.join('\n'),
        '--text-field',
        'text',
        '--embedding',
        'minilm',
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(await vecinoJson('search', library, 'c', 'magic school', '--k', '1')).toMatchObject({
        hits: [{ id: 't0' }],
      });
      expect(await vecinoJson('search', library, 'c', 'baking fruit', '--k', '1')).toMatchObject({
        hits: [{ id: 't2' }],
      });
    },
  );
});
