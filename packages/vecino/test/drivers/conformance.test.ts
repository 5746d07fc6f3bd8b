import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GUARANTEES, type Guarantee } from '../../src/api/capabilities.ts';
import { CASES } from './conformance-cases.ts';
import type { Running } from './engine.ts';
import { ENGINES } from './engines.ts';

/** What an engine may promise less of, in the words of the table. */
const PROMISES: Readonly<Record<Guarantee, string>> = {
  allHits: 'a search answers min(k, matches) hits',
  atomicBatches: 'batches are written whole or not at all, whatever fails',
  changeOrder: 'the numbers of changes grow, whoever writes',
  conditionalWrites: '`add` and `update` exclude other writers',
  emptyNamespaces: 'namespaces stay until they are dropped',
  exactVectors: 'vectors come back as they were given',
  listOrder: 'lists have the order of changes',
  readYourWrites: 'whatever is asked after a write has seen it',
};

const QUESTIONS = [
  ...CASES.map(({ what }) => what),
  ...GUARANTEES.map((guarantee) => `promise: ${PROMISES[guarantee]}`),
];

const DOCUMENT = new URL('../../../../docs/drivers.md', import.meta.url);

/** What became of each case, by engine. */
const outcomes = new Map<string, Map<string, string>>(QUESTIONS.map((what) => [what, new Map()]));

const present = ENGINES.filter(({ absent }) => absent === undefined);
const missing = ENGINES.filter(({ absent }) => absent !== undefined);

describe.each(present)('the contract, kept by $name', (engine) => {
  let running: Running;
  let database: Awaited<ReturnType<Running['open']>>;
  let now = Date.UTC(2026, 0, 1);
  let count = 0;

  beforeAll(async () => {
    running = await engine.start();
    database = await running.open('conformance', { clock: () => now });
    for (const guarantee of GUARANTEES) {
      const weaker = database.capabilities.weaker[guarantee];
      const outcome = weaker === undefined ? 'holds' : `weaker: ${weaker}`;
      outcomes.get(`promise: ${PROMISES[guarantee]}`)?.set(engine.name, outcome);
    }
  });
  afterAll(async () => {
    await database?.close();
    await running?.stop();
  });

  it.each(CASES)('$what', async ({ what, needs, run }) => {
    const place = {
      database,
      name: `case ${count++}`.replace(' ', '_'),
      wait: (ms: number) => {
        now += ms;
      },
    };
    const lack = needs && database.capabilities.unsupported[needs];
    if (lack === undefined) {
      await run(place);
      outcomes.get(what)?.set(engine.name, 'passes');
      return;
    }
    const { engine: name } = database.capabilities;
    await expect(run(place)).rejects.toMatchObject({ code: 'UNSUPPORTED', details: { engine: name } });
    await expect(run({ ...place, name: `${place.name}_again` })).rejects.toThrow(lack);
    outcomes.get(what)?.set(engine.name, `unsupported: ${lack}`);
  });
});

for (const { name, absent } of missing) it.skip(`the contract, kept by ${name}: ${absent}`, () => undefined);

it('stands in docs/drivers.md as it is', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const names = ENGINES.map(({ name }) => name);
  for (const { name } of missing) takeOver(name, text);
  const rows = QUESTIONS.map(
    (what) => `| ${[what, ...names.map((name) => outcomes.get(what)?.get(name) ?? 'fails')].join(' | ')} |`,
  );
  const table = [
    `| the contract | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
  const made = text.replace(
    /(<!-- matrix -->\n)[\s\S]*?(\n<!-- end of matrix -->)/,
    (_, begin, end) => `${begin}${table}${end}`,
  );
  // Whoever changes the contract has the page made anew: VECINO_WRITE_MATRIX=1 npx vitest run …/conformance.test.ts
  if (process.env['VECINO_WRITE_MATRIX']) writeFileSync(DOCUMENT, made);
  else expect(text).toBe(made);
});

/** What the document says of an engine that cannot be had here. */
function takeOver(name: string, text: string): void {
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  const cells = lines.map((line) => line.slice(2, -2).split(' | '));
  const heads = cells.find(([what]) => what === 'the contract') ?? [];
  const column = heads.indexOf(name);
  for (const [what = '', ...others] of cells) {
    const outcome = others[column - 1];
    if (column > 0 && outcome !== undefined) outcomes.get(what)?.set(name, outcome);
  }
}
