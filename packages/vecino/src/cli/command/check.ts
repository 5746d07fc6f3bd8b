import type { Command } from 'commander';
import type { CheckReport } from '../../api/collection.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { openForReading } from '../folder.ts';
import { Output, type OutputFlags } from '../output.ts';
import { counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

export function addCheck(program: Command): void {
  const command = defineCommand(
    program,
    'check <folder> [collection]',
    `Compare index and store record by record. The exit code is ${EXIT_CODES.problems.code} where there are problems.`,
    ['vecino check ./library', 'vecino check ./library books --json'],
  );
  command.action(check);
}

async function check(folder: string, collectionName: string | undefined, flags: OutputFlags): Promise<void> {
  const output = new Output(flags);
  await using db = await openForReading(folder, output);
  const names =
    collectionName === undefined ? (await db.listCollections()).map(({ name }) => name) : [collectionName];
  const reports: CheckReport[] = [];
  for (const name of names) {
    const collection = await db.openCollection(name);
    const report = await collection.check();
    reports.push(report);
    if (!output.json) await output.lines(reportLines(report));
  }
  if (output.json) await output.document({ collections: reports });
  if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = EXIT_CODES.problems.code;
}

function reportLines({ collection, records, problems }: CheckReport): string[] {
  const result = problems.length === 0 ? 'no problems' : counted(problems.length, 'problem');
  return [`${collection}: ${counted(records, 'record')}, ${result}`, ...problems.map((text) => `  ${text}`)];
}
