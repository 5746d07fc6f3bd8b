import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES } from './conformance-cases.ts';
import { ENGINES, type Running } from './engines.ts';

/** What became of each case, by engine. */
const outcomes = new Map<string, Map<string, string>>(CASES.map(({ what }) => [what, new Map()]));

describe.each(ENGINES)('the contract, kept by $name', (engine) => {
  let running: Running;
  let database: Awaited<ReturnType<Running['open']>>;
  let now = Date.UTC(2026, 0, 1);
  let count = 0;

  beforeAll(async () => {
    running = await engine.start();
    database = await running.open('conformance', { clock: () => now });
  });
  afterAll(async () => {
    await database.close();
    await running.stop();
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

it('stands in docs/drivers.md as it is', () => {
  const file = new URL('../../../../docs/drivers.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const names = ENGINES.map(({ name }) => name);
  const rows = CASES.map(
    ({ what }) =>
      `| ${[what, ...names.map((name) => outcomes.get(what)?.get(name) ?? 'fails')].join(' | ')} |`,
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
  if (process.env['VECINO_WRITE_MATRIX']) writeFileSync(file, made);
  else expect(text).toBe(made);
});
