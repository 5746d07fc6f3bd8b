import type { Command } from 'commander';

/** What every command has: its sentence, `--json` and `--quiet`, and examples below the help. */
export function defineCommand(
  program: Command,
  usage: string,
  about: string,
  examples: readonly string[],
): Command {
  const firstSentence = about.replace(/\.(?: .*)?$/s, '');
  const command = program.command(usage).summary(firstSentence).description(about);
  command.option('--json', 'Answer with one JSON document; errors too, on stderr.');
  command.option('--quiet', 'No progress and no notes on stderr; warnings and errors remain.');
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}
