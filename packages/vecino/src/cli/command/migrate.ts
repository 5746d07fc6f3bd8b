import { type Command, Option } from 'commander';
import { OPEN_OPTIONS } from '../../api/database.ts';
import { INDEX_OPTIONS } from '../../api/index-options.ts';
import {
  MIGRATE_OPTIONS,
  type MigrateOptions,
  type MigrationPlan,
  type MigrationReport,
  type MigrationVerification,
  VERIFY_MIGRATION_OPTIONS,
  type VerifyMigrationOptions,
} from '../../api/migration.ts';
import { VecinoError } from '../../base/errors.ts';
import { jsonText } from '../../base/json-text.ts';
import { migrate, planMigration, verifyMigration } from '../../migrate.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { flagsOf, optionsFrom } from '../flags.ts';
import { Interrupt } from '../interrupt.ts';
import { copyLines, planLines, verificationLines } from '../migration/report-lines.ts';
import { Output, type OutputFlags } from '../output.ts';
import { OutputFile } from '../output-file.ts';
import { Stages } from '../stages.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface MigrateFlags extends OutputFlags {
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly dataset?: string;
  readonly report?: string;
}

const THREADS = { threads: OPEN_OPTIONS.threads };
/** Flags that only copying has. */
const OF_COPYING = [...Object.keys(MIGRATE_OPTIONS), 'dryRun'].filter(
  (key) => !(key in VERIFY_MIGRATION_OPTIONS),
);

export function addMigrate(program: Command): void {
  const command = defineCommand(
    program,
    'migrate <from> <to>',
    'Copy a collection from one place to another, or from and to files, and compare both. An end is a folder, an address or a file; ' +
      'the collection stands behind a #. Interrupted, the same command goes on from there.',
    [
      'vecino migrate ./library#books postgres://user@host/database',
      'vecino migrate ./library#books postgres://user@host/database --dry-run',
      'vecino migrate ./library#books postgres://user@host/database#books --verify',
      'vecino migrate postgres://user@host/database#books books.parquet',
    ],
  );
  command.option('--dry-run', 'Say what would be done and what the target lacks, and write nothing.');
  command.option('--verify', 'Only compare two ends that are there.');
  command.addOption(fieldFlag());
  for (const option of flagsOf(MIGRATE_OPTIONS)) command.addOption(option);
  const families = Object.keys(INDEX_OPTIONS);
  command.addOption(
    new Option('--index <family>', 'Index of a new target. Default that of the source.').choices(families),
  );
  command.option('--dataset <name>', 'Which dataset of an HDF5 that is the source.');
  command.option('--journal <file>', 'The file that notes how far it is.');
  command.addOption(new Option('--report <file>', 'Write the report into a file, as JSON.'));
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.action(migrateEnds);
}

async function migrateEnds(source: string, to: string, flags: MigrateFlags): Promise<void> {
  const { dataset } = flags;
  const from = dataset === undefined ? source : { location: source, dataset };
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('ending; the same command goes on from here'));
  using stages = new Stages(output);
  const common: VerifyMigrationOptions = {
    ...optionsFrom<VerifyMigrationOptions>(VERIFY_MIGRATION_OPTIONS, flags),
    open: { ...optionsFrom<object>(THREADS, flags), onWarning: (warning) => output.warn(warning) },
    signal: interrupt.signal,
    onProgress: (progress) => stages.show(progress),
  };
  if (flags.verify) {
    requireComparing(flags);
    const verification = await verifyMigration(from, to, common);
    stages[Symbol.dispose]();
    await print(verification, verificationLines(verification, output), flags, output);
    setExitCode(verification);
    return;
  }
  const options = { ...optionsFrom<MigrateOptions>(MIGRATE_OPTIONS, flags), ...common };
  if (flags.dryRun) {
    const plan = await planMigration(from, to, options);
    await print(plan, planLines(plan), flags, output);
    return;
  }
  const onPlan = (plan: MigrationPlan) => {
    for (const line of planLines(plan)) output.note(line);
  };
  const report = await migrate(from, to, { ...options, onPlan });
  stages[Symbol.dispose]();
  const { verification } = report;
  const compared = verification ? verificationLines(verification, output) : [];
  await print(report, [...copyLines(report), ...compared], flags, output);
  if (verification) setExitCode(verification);
}

function requireComparing(flags: MigrateFlags): void {
  const misplaced = OF_COPYING.find((key) => key in flags);
  if (misplaced === undefined) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `migrate: --verify changes nothing, so that ${misplaced} means nothing; leave one of them out`,
    { details: { option: misplaced } },
  );
}

async function print(
  result: MigrationPlan | MigrationReport | MigrationVerification,
  lines: readonly string[],
  { report }: MigrateFlags,
  output: Output,
): Promise<void> {
  if (report !== undefined) {
    await using file = await OutputFile.create(report);
    await file.write(`${jsonText(result)}\n`);
    await file.finish();
  }
  if (output.json) await output.document(result);
  else await output.lines(lines);
  if (report !== undefined) output.note(`the report is in ${report}`);
}

function setExitCode({ equal }: MigrationVerification): void {
  if (!equal) process.exitCode = EXIT_CODES.problems.code;
}
