import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { VecinoError } from '../base/errors.ts';
import { addAddImages } from './command/add-images.ts';
import { addAdvise } from './command/advise.ts';
import { addAnomalies } from './command/anomalies.ts';
import { addAsk } from './command/ask.ts';
import { addBench } from './command/bench.ts';
import { addChanges } from './command/changes.ts';
import { addCheck } from './command/check.ts';
import { addClusters } from './command/clusters.ts';
import { addCompact } from './command/compact.ts';
import { addDrop } from './command/drop.ts';
import { addDuplicates } from './command/duplicates.ts';
import { addEval } from './command/eval.ts';
import { addExport } from './command/export.ts';
import { addGet } from './command/get.ts';
import { addImport } from './command/import.ts';
import { addIngest } from './command/ingest.ts';
import { addList } from './command/list.ts';
import { addMcp } from './command/mcp.ts';
import { addMigrate } from './command/migrate.ts';
import { addReembed } from './command/reembed.ts';
import { addReindex } from './command/reindex.ts';
import { addSearch } from './command/search.ts';
import { addStats } from './command/stats.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { ownError } from './optional-package.ts';
import { endWithBrokenPipe, printError } from './output.ts';

/** Runs one command line and sets the process's exit code; every error is printed, none is thrown. */
export async function run(args: readonly string[]): Promise<void> {
  endWithBrokenPipe();
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) {
      process.exitCode = error.exitCode === 0 ? EXIT_CODES.ok.code : EXIT_CODES.usage.code;
      return;
    }
    const shown = error instanceof CommanderError ? usageError(error) : ownError(error);
    printError(shown, args.includes('--json'));
    process.exitCode = exitCodeOf(shown);
  }
}

/** All commands, with their flags and help. */
export function buildProgram(): Command {
  const program = new Command('vecino')
    .description('An embedded vector database: a folder of collections, searched by meaning.')
    .version(ownVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError() {} })
    .addHelpText('after', `\nExit codes:\n${exitCodeLines().join('\n')}`);
  for (const add of [
    addImport,
    addIngest,
    addAddImages,
    addSearch,
    addAsk,
    addEval,
    addMcp,
    addBench,
    addGet,
    addList,
    addStats,
    addChanges,
    addDuplicates,
    addAnomalies,
    addClusters,
    addExport,
    addMigrate,
    addCheck,
    addCompact,
    addReindex,
    addReembed,
    addAdvise,
    addDrop,
  ]) {
    add(program);
  }
  return program;
}

function isHelp({ code }: CommanderError): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(code);
}

/** What commander says of a wrong command line, as an error like all others. */
function usageError({ code, message }: CommanderError): VecinoError {
  const known = code === 'commander.unknownOption' || code === 'commander.unknownCommand';
  const text = message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '');
  return new VecinoError(known ? 'OPTION_UNKNOWN' : 'OPTION_INVALID', `${text}; see --help`);
}

function exitCodeLines(): string[] {
  return Object.values(EXIT_CODES).map(({ code, about }) => `  ${String(code).padEnd(3)}  ${about}`);
}

function ownVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
