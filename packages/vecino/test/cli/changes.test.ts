import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

describe('vecino changes', () => {
  it('tells what was put, from a number on, and expiries go the whole way through files', async () => {
    const folder = temporaryFolder();
    const library = join(folder, 'library');
    const [a, b] = [
      { id: 'a', vector: [1, 0], metadata: { n: 1 }, $expiresAt: '2999-01-01T00:00:00.000Z' },
      { id: 'b', vector: [0, 1], $expiresAt: '2001-01-01T00:00:00Z' },
    ];
    const file = join(folder, 'some.jsonl');
    writeFileSync(
      file,
      [a, b, { id: 'c', vector: [1, 1] }].map((one) => `${JSON.stringify(one)}\n`).join(''),
    );
    await vecinoJson('import', library, 'some', file);

    const { stdout } = await vecino(['changes', library, 'some', '--include', 'metadata,expiresAt']);
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly kind: string; readonly seq: number });
    // Whether the import has already removed what had expired is a matter of a second.
    expect(told.filter(({ kind }) => kind === 'put')).toEqual([
      { kind: 'put', seq: expect.any(Number), id: 'a', metadata: { n: 1 }, expiresAt: a?.$expiresAt },
      { kind: 'put', seq: expect.any(Number), id: 'c', metadata: {} },
    ]);
    const since = String(told[0]?.seq);
    const rest = await vecino(['changes', library, 'some', '--since', since, '--include', 'expiresAt']);
    expect(rest.stdout).toContain('"id":"c"');
    expect(rest.stdout).not.toContain('"id":"a"');

    const exported = await vecino(['export', library, 'some']);
    expect(exported.stdout).toContain('"$expiresAt":"2999-01-01T00:00:00.000Z"');
    writeFileSync(file, exported.stdout);
    await vecinoJson('import', join(folder, 'copy'), 'some', file);
    expect((await vecino(['export', join(folder, 'copy'), 'some'])).stdout).toBe(exported.stdout);
  });
});
