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
import { OPEN_OPTIONS } from '../../api/database.ts';
import type { Filter } from '../../api/filter.ts';
import type { VectorInput } from '../../api/record.ts';
import type { Metric } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { adviseSource } from '../../engine/advise-source.ts';
import { adviceLines, verificationLines } from '../advice/advice-lines.ts';
import { AdviceProgress } from '../advice/advice-progress.ts';
import { readQueryFile, readVectorFile } from '../advice/file-source.ts';
import { filterFlag, flagsOf, optionsFrom } from '../flags.ts';
import { openForReading, openForWriting } from '../folder.ts';
import { readingFailed } from '../import/input-file.ts';
import { Interrupt } from '../interrupt.ts';
import { Output, type OutputFlags } from '../output.ts';
import { OutputFile } from '../output-file.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface AdviseFlags extends OutputFlags {
  readonly queries?: string;
  readonly filter?: Filter;
  readonly field?: string;
  readonly metric?: Metric;
  readonly report?: string;
  readonly verify?: string;
  readonly apply?: boolean;
  readonly seed?: number;
}

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
      'vecino advise glove-100-angular.hdf5 --queries glove-100-angular.hdf5 --budget-seconds 120',
    ],
  );
  for (const option of flagsOf(ADVISE_OPTIONS)) command.addOption(option);
  command.addOption(
    new Option('--queries <file>', 'A file of vectors of real queries; of an HDF5 its "test".'),
  );
  command.addOption(filterFlag());
  command.addOption(fieldFlag());
  for (const option of flagsOf(METRIC)) command.addOption(option);
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
  const queries = flags.queries === undefined ? undefined : await readQueryFile(flags.queries);
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
    const { adviceReport } = await import('../../advisor/report/page.ts');
    await report.write(adviceReport(advice, verification));
    await report.finish();
  }
  if (output.json) await output.document(verification ? { ...advice, verification } : advice);
  else {
    await output.lines(adviceLines(advice, output));
    if (verification) await output.lines(['', ...verificationLines(verification, output)]);
    if (flags.report !== undefined) output.note(`the report is in ${flags.report}`);
  }
}

async function adviseFile(
  path: string,
  options: AdviseOptions,
  flags: AdviseFlags,
  output: Output,
): Promise<Advice> {
  await requireFile(path);
  for (const name of ['filter', 'field', 'apply'] as const) {
    if (flags[name] === undefined) continue;
    throw new VecinoError(
      'OPTION_INVALID',
      `advise: --${name} is for a collection, and "${path}" is a file; import it first, and name folder and collection`,
      { details: { option: name, expected: 'a collection', received: path } },
    );
  }
  const { source, records } = await readVectorFile(
    path,
    flags.metric,
    flags.seed ?? ADVISE_OPTIONS.seed.default,
  );
  const { threads = THREADS.threads.default } = optionsFrom<{ threads?: number }>(THREADS, flags);
  using progress = new AdviceProgress(output);
  return adviseSource(source, { records, ...options, onProgress: (state) => progress.show(state) }, threads);
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
  const collection = await db.openCollection(name);
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
  queries: readonly VectorInput[] | undefined,
  { filter, field }: AdviseFlags,
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
  const verification = await verifyAdvice(await db.openCollection(name), earlier, {
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
