/**
 * A process that reads a folder beside the one that writes it: it does what each line of its input asks for and
 * answers with a line, until its input ends.
 */
import { createInterface } from 'node:readline';
import { open } from '../../src/index.ts';
import type { Shelf } from './collection-fixture.ts';
import type { Asked } from './reader.ts';

const [folder = ''] = process.argv.slice(2);
const database = await open(folder, { readOnly: true });
const calls = { shelf: await database.openCollection<Shelf>('shelf'), database };
process.stdout.write('"ready"\n');

for await (const line of createInterface({ input: process.stdin })) {
  const { target, method, args, namespace } = JSON.parse(line) as Asked;
  const called = namespace === undefined ? calls[target] : calls.shelf.namespace(namespace);
  const call = (called as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[method];
  try {
    const value = await call?.apply(called, [...args]);
    if (method === 'openCollection') calls.shelf = value as typeof calls.shelf;
    const told = method === 'openCollection' ? null : (value ?? null);
    process.stdout.write(`${JSON.stringify({ value: told })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ code: (error as { code?: string }).code ?? String(error) })}\n`);
  }
}
await database.close();
