import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, type Finished, startVecino, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

/** So many batches that the first is noted long before the last. */
const RECORDS = 2_000;
const BATCH = 5;

/** Rows without ids, some of them equal: only derived ids tell that one is not there twice. */
function manyRows(): string {
  return Array.from({ length: RECORDS }, (_, i) => `${JSON.stringify({ vector: [1, i % 100] })}\n`).join('');
}

interface Interrupted extends Finished {
  readonly library: string;
  readonly command: readonly string[];
}

/** An import that gets a signal as soon as its first batch is noted as durable. */
async function interruptedBy(signal: NodeJS.Signals): Promise<Interrupted> {
  const folder = temporaryFolder();
  const library = join(folder, 'library');
  const journal = join(library, 'import');
  mkdirSync(journal, { recursive: true });
  writeFileSync(join(folder, 'rows.jsonl'), manyRows());
  const command = [
    'import',
    library,
    'c',
    join(folder, 'rows.jsonl'),
    '--index',
    'flat',
    '--batch',
    String(BATCH),
  ];
  const noted = firstFile(journal, '.json');
  const running = startVecino(command);
  await noted;
  running.process.kill(signal);
  return { ...(await running.finished), library, command };
}

async function firstFile(folder: string, extension: string): Promise<void> {
  for await (const { filename } of watch(folder)) if (filename?.endsWith(extension) === true) return;
}

async function countIn(library: string): Promise<number> {
  const { collections } = (await vecinoJson('list', library)) as {
    readonly collections: readonly { readonly records: number }[];
  };
  return collections[0]?.records ?? 0;
}

describe('an interrupted import', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s ends in good order, and is resumed', async (signal) => {
    const { code, stderr, library, command } = await interruptedBy(signal);
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /interrupted: [\d,]+ records of .*rows\.jsonl are stored; the same command goes on/,
    );
    const stored = await countIn(library);
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(RECORDS);
    expect(stored % BATCH).toBe(0);
    expect(await vecino(['check', library])).toMatchObject({ code: 0 });
    expect(await vecinoJson(...command)).toMatchObject({
      records: RECORDS,
      files: [{ records: RECORDS, resumedAfter: stored, before: false }],
    });
    expect(await vecinoJson(...command)).toMatchObject({ files: [{ before: true }] });
  });

  it('by SIGKILL loses nothing that was stored, and is resumed', async () => {
    const { signal, library, command } = await interruptedBy('SIGKILL');
    expect(signal).toBe('SIGKILL');
    const stored = await countIn(library);
    expect(stored % BATCH).toBe(0);
    expect(await vecino(['check', library])).toMatchObject({ code: 0 });
    const outcome = (await vecinoJson(...command)) as {
      readonly files: readonly { readonly resumedAfter: number }[];
    };
    expect(outcome).toMatchObject({ records: RECORDS });
    const resumedAfter = outcome.files[0]?.resumedAfter ?? 0;
    expect(resumedAfter).toBeGreaterThan(0);
    // The note comes after the batch: at the worst, it has not heard of the last one.
    expect(stored - resumedAfter).toBeLessThanOrEqual(BATCH);
  });

  it('stores nothing twice where its note is lost', async () => {
    const { library, command } = await interruptedBy('SIGKILL');
    rmSync(join(library, 'import'), { recursive: true });
    expect(await vecinoJson(...command)).toMatchObject({ records: RECORDS, files: [{ resumedAfter: 0 }] });
  });

  it('leaves no half export', async () => {
    const library = join(temporaryFolder(), 'library');
    {
      await using db = await open(library);
      const collection = await db.createCollection('c', { dimension: 64, index: 'flat' });
      const vector = Array.from({ length: 64 }, (_, i) => 1 / (i + 3));
      await collection.add(Array.from({ length: 20_000 }, () => ({ vector })));
    }
    const folder = temporaryFolder();
    const begun = firstFile(folder, '.part');
    const running = startVecino(['export', library, 'c', join(folder, 'out.jsonl')]);
    await begun;
    running.process.kill('SIGINT');
    const { code, stdout } = await running.finished;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
