import type { Command } from 'commander';
import { type Retrieval, retrieve } from '../../index.ts';
import { RETRIEVE_OPTIONS, type RetrieveOptions } from '../../retrieval/options.ts';
import { citationLine } from '../../retrieval/piece.ts';
import { embeddingFlag } from '../embedder.ts';
import { filterFlag, flagsOf, optionsFrom } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { count, counted } from '../text/units.ts';
import { fieldsFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';
import { modelsFor } from './search.ts';

interface AskFlags extends OutputFlags, NamespaceFlags {
  readonly embedding?: string;
  readonly prompt?: boolean;
  readonly fullText?: boolean;
  readonly field?: string | readonly string[];
}

const { fullText, ...NUMBERS } = RETRIEVE_OPTIONS;

export function addAsk(program: Command): void {
  const command = defineCommand(
    program,
    'ask <folder> <collection> <question>',
    'Find the passages that answer a question, with where they are from. Meaning and words are looked for; ' +
      'neighbours are joined, repetitions dropped, and all of it fitted to a number of tokens.',
    [
      'vecino ask ./library docs "How do I get the exact result?"',
      'vecino ask ./library docs "What does exit code 3 mean?" --prompt --tokens 1500 | llm',
    ],
  );
  for (const option of flagsOf(NUMBERS)) command.addOption(option);
  command.option('--no-full-text', 'Look for the meaning only, not for the words.');
  command.option('--prompt', 'Print the prompt for a language model, rather than the passages.');
  command.addOption(filterFlag());
  command.addOption(fieldsFlag());
  command.addOption(namespaceFlag());
  command.addOption(embeddingFlag());
  command.action(ask);
}

async function ask(folder: string, collectionName: string, question: string, flags: AskFlags): Promise<void> {
  const output = new Output(flags);
  await using db = await openForReading(folder, output);
  const { field } = flags;
  const asked = { text: question, ...(field !== undefined && { field }) };
  const { options: opening, models } = await modelsFor(db, collectionName, asked, flags);
  try {
    const collection = await db.openCollection(collectionName, opening);
    const options: RetrieveOptions = {
      ...optionsFrom<RetrieveOptions>(NUMBERS, flags),
      ...(field !== undefined && { field }),
      ...(flags.fullText === false && { fullText: false }),
    };
    const found = await retrieve(recordsOf(collection, flags.namespace), question, options);
    if (output.json) await output.document({ ...found, prompt: found.toPrompt() });
    else if (flags.prompt) await output.lines([found.toPrompt()]);
    else await printPassages(found, output);
  } finally {
    for (const model of models) await model.close();
  }
}

async function printPassages({ passages, tokens, omitted }: Retrieval, output: Output): Promise<void> {
  for (const { number, citation, text, isCut } of passages) {
    const lines = text.split('\n').map((line) => `    ${line}`.trimEnd());
    const cut = isCut ? ['    …'] : [];
    await output.lines([output.bold(`[${number}] ${citationLine(citation)}`), ...lines, ...cut, '']);
  }
  if (passages.length === 0) output.note('no passage is found, or none fits');
  else
    output.note(
      `${counted(passages.length, 'passage')}, ${count(tokens)} tokens, ${counted(omitted, 'record')} left out`,
    );
}
