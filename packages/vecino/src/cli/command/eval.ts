import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EVALUATE_OPTIONS, type Evaluation, evaluate, WAYS, type Way } from '../../evaluation/evaluate.ts';
import { readQuestions } from '../../evaluation/questions.ts';
import { embeddingFlag } from '../embedder.ts';
import { flagsOf, namesIn } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { readingFailed } from '../import/input-file.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { type Column, tableLines } from '../text/table.ts';
import { count } from '../text/units.ts';
import { fieldsFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';
import { modelsFor } from './search.ts';

interface EvalFlags extends OutputFlags, NamespaceFlags {
  readonly questions: string;
  readonly k?: number;
  readonly weights?: readonly Way[];
  readonly embedding?: string;
  readonly field?: string | readonly string[];
}

/** A row of the table. */
interface Row extends Evaluation {
  readonly collection: string;
}

export function addEval(program: Command): void {
  const command = defineCommand(
    program,
    'eval <folder> <collection...>',
    'Measure how well questions find what answers them, by meaning, by words and by both, in one or several collections.',
    [
      'vecino eval ./library docs --questions questions.jsonl',
      'vecino eval ./library docs-100 docs-200 --questions questions.jsonl --k 5 --weights 1:1,2:1',
    ],
  );
  command.addOption(
    new Option(
      '--questions <file>',
      'JSONL: {"question":"…","relevant":["id",{"source":"a.md"}]} on each line.',
    ).makeOptionMandatory(),
  );
  for (const option of flagsOf(EVALUATE_OPTIONS)) command.addOption(option);
  command.addOption(
    new Option(
      '--weights <list>',
      'Weights of meaning and words to try beside reciprocal ranks, such as 1:1,2:1.',
    ).argParser((text) => namesIn(text).map(wayOf)),
  );
  command.addOption(fieldsFlag());
  command.addOption(namespaceFlag());
  command.addOption(embeddingFlag());
  command.action(evaluateCollections);
}

async function evaluateCollections(
  folder: string,
  collections: readonly string[],
  flags: EvalFlags,
): Promise<void> {
  const output = new Output(flags);
  const text = await readFile(flags.questions, 'utf8').catch((cause: unknown) => {
    throw readingFailed(flags.questions, cause);
  });
  const questions = readQuestions(flags.questions, text);
  const { k = EVALUATE_OPTIONS.k.default, weights = [], field } = flags;
  const which = field === undefined ? {} : { field };
  await using db = await openForReading(folder, output);
  const rows: Row[] = [];
  for (const name of collections) {
    const { options, models } = await modelsFor(db, name, { text: '', ...which }, flags);
    try {
      const collection = await db.openCollection(name, options);
      const { fullText } = await collection.describe();
      const ways = [...WAYS, ...weights].filter(({ by }) => fullText !== null || by === 'meaning');
      const records = recordsOf(collection, flags.namespace);
      const evaluations = await evaluate(records, questions, { k, ways, ...which });
      rows.push(...evaluations.map((evaluation) => ({ collection: name, ...evaluation })));
    } finally {
      for (const model of models) await model.close();
    }
  }
  if (output.json) await output.document({ k, questions: questions.length, rows });
  else await output.lines(tableLines(columnsFor(k), rows, (title) => output.bold(title)));
}

function columnsFor(k: number): readonly Column<Row>[] {
  const share = (value: number) => value.toFixed(3);
  return [
    { title: 'collection', cell: ({ collection }) => collection },
    { title: 'by', cell: ({ way }) => way },
    { title: 'questions', align: 'right', cell: ({ questions }) => count(questions) },
    { title: `recall@${k}`, align: 'right', cell: ({ recall }) => share(recall) },
    { title: 'MRR', align: 'right', cell: ({ mrr }) => share(mrr) },
    { title: `nDCG@${k}`, align: 'right', cell: ({ ndcg }) => share(ndcg) },
    { title: 'ms', align: 'right', cell: ({ timeMs }) => timeMs.toFixed(1) },
  ];
}

/** `2:1` weighs meaning twice as much as words. */
function wayOf(text: string): Way {
  const [vector, fullText, ...rest] = text.split(':').map(Number);
  const isPair = rest.length === 0 && Number(vector) >= 0 && Number(fullText) >= 0;
  if (!isPair || vector === undefined || fullText === undefined) {
    throw new InvalidArgumentError('Expected pairs of weights from 0 on, such as 1:1,2:1.');
  }
  return { name: `both, ${text}`, by: 'both', weights: [vector, fullText] };
}
