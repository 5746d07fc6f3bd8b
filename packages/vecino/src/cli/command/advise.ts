import { readFile, stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { verifyAdvice } from '../../advisor/verify.ts';
import {
  ADVISE_OPTIONS,
  type Advice,
  type AdviceVerification,
  type AdviseOptions,
} from '../../api/advice.ts';
import { COLLECTION_OPTIONS, type Collection } from '../../api/collection.ts';
import { type Database, OPEN_OPTIONS } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { adviseSource } from '../../engine/advise-source.ts';
import { adviceLines, verificationLines } from '../advice/advice-lines.ts';
import { AdviceProgress } from '../advice/advice-progress.ts';
import { type FileFlags, readVectorFile } from '../advice/file-source.ts';
import { readQueryFile } from '../advice/query-file.ts';
import { embeddingFlag } from '../embedder.ts';
import { filterFlag, flagsOf, optionsFrom } from '../flags.ts';
import { openForReading, openForWriting } from '../folder.ts';
import { readingFailed } from '../import/input-file.ts';
import { Interrupt } from '../interrupt.ts';
import { Output, type OutputFlags } from '../output.ts';
import { OutputFile } from '../output-file.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';
import { modelsFor } from './search.ts';

interface AdviseFlags extends OutputFlags, FileFlags {
  readonly queries?: string;
  readonly field?: string;
  readonly embedding?: string;
  readonly report?: string;
  readonly verify?: string;
  readonly apply?: boolean;
}

type Queries = NonNullable<AdviseOptions['queries']>;

const THREADS = { threads: OPEN_OPTIONS.threads };
const METRIC = { metric: COLLECTION_OPTIONS.metric };

export function addAdvise(program: Command): void {
  const command = defineCommand(
    program,
    'advise <place> [collection]',
    'Measure which index is the best for the vectors of a collection, or of a file (.npy, .fvecs, .hdf5, .parquet, .jsonl). ' +
      'A collection is not changed, but with --apply.',
    [
      'vecino advise ./library books --recall 0.95 --report books.html',
      'vecino advise ./library books --queries questions.npy --memory-bytes 2e9 --apply',
      'vecino advise ./library books --queries questions.txt --report books.html',
      'vecino advise glove-100-angular.hdf5 --queries glove-100-angular.hdf5 --budget-seconds 120',
    ],
  );
  for (const option of flagsOf(ADVISE_OPTIONS)) command.addOption(option);
  command.addOption(
    new Option(
      '--queries <file>',
      'Real queries: a file of vectors (of an HDF5 its "test"), a text in each line of a .txt, or "vector", "text" or "question" in lines of JSON.',
    ),
  );
  command.addOption(filterFlag());
  command.addOption(fieldFlag());
  command.addOption(embeddingFlag());
  for (const option of flagsOf(METRIC)) command.addOption(option);
  command.option('--vector-field <name>', 'Of JSON lines and Parquet: the field that has the vector.');
  command.option('--dataset <name>', 'Which dataset of an HDF5. Default train, or the only one of two axes.');
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.addOption(new Option('--report <file>', 'Write a page of HTML with curves and tables.'));
  command.addOption(
    new Option('--apply', 'Rebuild the collection with what is recommended, and measure it.'),
  );
  command.addOption(
    new Option(
      '--verify <file>',
      'Measure the collection as it is, and compare with an earlier advice (--json).',
    ),
  );
  command.action(advise);
}

async function advise(place: string, collectionName: string | undefined, flags: AdviseFlags): Promise<void> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('ending; Ctrl-C again ends at once'));
  const queries =
    flags.queries === undefined ? undefined : await readQueryFile(flags.queries, flags.vectorField);
  if (flags.verify !== undefined) return verify(place, collectionName, flags.verify, queries, flags, output);
  // It is made before the minutes are spent, so that a folder that cannot be written to is told at once.
  await using report = flags.report === undefined ? undefined : await OutputFile.create(flags.report);
  const options: AdviseOptions = {
    ...optionsFrom<AdviseOptions>(ADVISE_OPTIONS, { ...flags, queries }),
    signal: interrupt.signal,
  };
  const { advice, verification } =
    collectionName === undefined
      ? { advice: await adviseFile(place, options, flags, output), verification: undefined }
      : await adviseCollection(place, collectionName, options, flags, output);
  if (report) {
    await report.write(await pageOf(advice, verification));
    await report.finish();
  }
  if (output.json) await output.document(verification ? { ...advice, verification } : advice);
  else {
    await output.lines(adviceLines(advice, output));
    if (verification) await output.lines(['', ...verificationLines(verification, output)]);
    if (flags.report !== undefined) output.note(`the report is in ${flags.report}`);
  }
}

/** Loaded when it is asked for; by itself, as the compiler leaves imports in the scope of an `await using` as they are. */
async function pageOf(advice: Advice, verification: AdviceVerification | undefined): Promise<string> {
  const { adviceReport } = await import('../../advisor/report/page.ts');
  return adviceReport(advice, verification);
}

async function adviseFile(
  path: string,
  options: AdviseOptions,
  flags: AdviseFlags,
  output: Output,
): Promise<Advice> {
  await requireFile(path);
  requireOfFile(path, options.queries, flags);
  const { source, records } = await readVectorFile(path, flags);
  const { threads = THREADS.threads.default } = optionsFrom<{ threads?: number }>(THREADS, flags);
  using progress = new AdviceProgress(output);
  return adviseSource(source, { records, ...options, onProgress: (state) => progress.show(state) }, threads);
}

/** What only a collection has. */
function requireOfFile(path: string, queries: Queries | undefined, flags: AdviseFlags): void {
  const refuse = (option: string, reason: string) =>
    new VecinoError('OPTION_INVALID', `advise: --${option} ${reason}`, {
      details: { option, expected: 'a collection', received: path },
    });
  const remedy = `and "${path}" is a file; import it first, and name folder and collection`;
  if (flags.apply) throw refuse('apply', `rebuilds a collection, ${remedy}`);
  if (flags.field !== undefined) {
    throw refuse(
      'field',
      `is for a collection, and "${path}" is a file; --vector-field names the field of a row`,
    );
  }
  if (queries?.some((query) => typeof query === 'string')) {
    throw refuse('queries', `has texts, of which the model of a collection makes vectors, ${remedy}`);
  }
}

async function adviseCollection(
  folder: string,
  name: string,
  options: AdviseOptions,
  flags: AdviseFlags,
  output: Output,
): Promise<{ readonly advice: Advice; readonly verification: AdviceVerification | undefined }> {
  const threads = optionsFrom<{ threads?: number }>(THREADS, flags);
  await using db = flags.apply
    ? await openForWriting(folder, output, { create: false, ...threads })
    : await openForReading(folder, output, threads);
  await using modelled = await openModelled(db, name, options.queries, flags);
  const { collection } = modelled;
  const advice = await adviseWithProgress(collection, options, output);
  if (!flags.apply) return { advice, verification: undefined };
  const { field, filter } = flags;
  output.note(`rebuilding "${name}" with ${advice.recommendation.name}`);
  await collection.reindex(advice.recommendation.index, {
    ...(field !== undefined && { field }),
    ...(options.signal && { signal: options.signal }),
  });
  await collection.flush();
  const verification = await verifyAdvice(collection, advice, {
    ...(options.queries && { queries: options.queries }),
    ...(filter && { filter }),
    ...(field !== undefined && { field }),
  });
  return { advice, verification };
}

/** A collection, with the model of its texts where the queries have some. */
async function openModelled(
  db: Database,
  name: string,
  queries: Queries | undefined,
  { field, embedding }: AdviseFlags,
): Promise<{ readonly collection: Collection } & AsyncDisposable> {
  const hasTexts = queries?.some((query) => typeof query === 'string');
  const asked = { ...(hasTexts && { text: '' }), ...(field !== undefined && { field }) };
  const { options, models } = await modelsFor(db, name, asked, {
    ...(embedding !== undefined && { embedding }),
  });
  const close = async () => {
    for (const model of models) await model.close();
  };
  try {
    return { collection: await db.openCollection(name, options), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function adviseWithProgress(
  collection: Collection,
  options: AdviseOptions,
  output: Output,
): Promise<Advice> {
  using progress = new AdviceProgress(output);
  return collection.advise({ ...options, onProgress: (state) => progress.show(state) });
}

async function verify(
  folder: string,
  name: string | undefined,
  file: string,
  queries: Queries | undefined,
  flags: AdviseFlags,
  output: Output,
): Promise<void> {
  if (name === undefined) {
    throw new VecinoError(
      'OPTION_INVALID',
      'advise: --verify measures a collection, and none is named; give its folder and its name',
      { details: { option: 'verify', expected: 'a collection', received: 'undefined' } },
    );
  }
  const earlier = await readAdvice(file);
  await using db = await openForReading(folder, output);
  await using modelled = await openModelled(db, name, queries, flags);
  const { filter, field } = flags;
  const verification = await verifyAdvice(modelled.collection, earlier, {
    ...(queries && { queries }),
    ...(filter && { filter }),
    ...(field !== undefined && { field }),
  });
  if (output.json) await output.document(verification);
  else await output.lines(verificationLines(verification, output));
}

async function readAdvice(file: string): Promise<Advice> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw readingFailed(file, cause);
  });
  try {
    return JSON.parse(text) as Advice;
  } catch (cause) {
    throw new VecinoError(
      'INPUT_MALFORMED',
      `${file}: it is no JSON, expected what advise --json has printed; keep that in a file`,
      { details: { file }, cause },
    );
  }
}

/** A folder without the name of a collection is more likely than a file of that name. */
async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw readingFailed(path, cause);
  });
  if (found.isFile()) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `advise: "${path}" is a folder, expected a file of vectors, or the name of a collection behind it; vecino list ${path} names them`,
    { details: { option: 'collection', expected: 'a name', received: 'undefined' } },
  );
}
