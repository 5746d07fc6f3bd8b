import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CollectionDescription, CollectionOptions } from '../../api/collection.ts';
import { COLLECTION_OPTIONS } from '../../api/collection.ts';
import { type Database, OPEN_OPTIONS } from '../../api/database.ts';
import { FULL_TEXT_LANGUAGES, type FullTextLanguage } from '../../api/full-text.ts';
import { LIMITS } from '../../api/limits.ts';
import { Embedder, embeddingFlag } from '../embedder.ts';
import { flagsOf, integerFlag, namesIn, optionsFrom } from '../flags.ts';
import { openForWriting } from '../folder.ts';
import { VECTORS_FIELD } from '../import/field-mapping.ts';
import type { FileOutcome } from '../import/file-import.ts';
import { finishIndex, type ImportSource, importSources } from '../import/import-sources.ts';
import { ImportTarget } from '../import/import-target.ts';
import { inspectInput } from '../import/input-file.ts';
import { FORMATS, type FormatFlags, inputFormat } from '../import/input-format.ts';
import { placeOf } from '../import/row-faults.ts';
import { indexFlags, indexFrom } from '../index-flags.ts';
import { Interrupt } from '../interrupt.ts';
import { type NamespaceFlags, namespaceFlag } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { counted, duration } from '../text/units.ts';
import { type ModelledVectors, recordedVectors, vectorsFlag, vectorsFrom } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface ImportFlags extends OutputFlags, FormatFlags, NamespaceFlags {
  readonly embedding?: string;
  readonly index?: string;
  readonly fullText?: true | FullTextLanguage;
  readonly fullTextFields?: readonly string[];
  readonly batch?: number;
  readonly skipBad?: boolean;
  readonly again?: boolean;
  readonly vectors?: Readonly<Record<string, unknown>>;
}

const COLLECTION_FLAGS = { dimension: COLLECTION_OPTIONS.dimension, metric: COLLECTION_OPTIONS.metric };
const THREADS = { threads: OPEN_OPTIONS.threads };

export function addImport(program: Command): void {
  const command = defineCommand(
    program,
    'import <folder> <collection> <file...>',
    'Store the records of JSONL, CSV, Parquet, NumPy, fvecs or HDF5 files. "-" is the standard input. ' +
      'Records of the same id are replaced. Ctrl-C leaves the folder consistent; the same command goes on from there.',
    [
      'vecino import ./library books books.jsonl',
      'vecino import ./library glosses glosses.csv --id-field key --text-field gloss --embedding minilm',
      'zcat vectors.jsonl.gz | vecino import ./library vectors - --format jsonl --metric l2',
      'vecino import ./library glove glove-100-angular.hdf5 --row-ids',
    ],
  );
  command.addOption(new Option('--format <format>', 'Default by the extension.').choices(FORMATS));
  command.option('--id-field <name>', 'The field that holds the id. Default id; derived where it is absent.');
  command.option('--text-field, --document-field <name>', 'The field that holds the text. Default document.');
  command.option('--vector-field <name>', 'The field that holds the vector, a JSON array. Default vector.');
  command.addOption(
    new Option('--metadata-fields <names>', 'Fields that become metadata. Default all the others.').argParser(
      namesIn,
    ),
  );
  command.addOption(
    new Option(
      '--delimiter <character>',
      'Between the cells of a CSV. Default a comma; a tab in .tsv.',
    ).argParser(oneCharacter),
  );
  command.option('--strings', 'Keep every CSV cell a string in metadata, also numbers, booleans and JSON.');
  command.option('--dataset <name>', 'Which dataset of an HDF5. Default train, or the only one of two axes.');
  command.option(
    '--row-ids',
    'The id of a row without one is its number in the file, from 0 (NumPy, fvecs, HDF5).',
  );
  for (const option of flagsOf(COLLECTION_FLAGS)) command.addOption(option);
  for (const option of indexFlags('index', 'Index of a new collection. Default auto.'))
    command.addOption(option);
  command.addOption(namespaceFlag('Where records go that name no namespace in $namespace.'));
  command.addOption(
    new Option(
      '--full-text [language]',
      'Index the words of documents, in this language. Default english.',
    ).choices(FULL_TEXT_LANGUAGES),
  );
  command.addOption(
    new Option('--full-text-fields <names>', 'With --full-text: document, or paths of metadata.').argParser(
      namesIn,
    ),
  );
  command.addOption(embeddingFlag());
  command.addOption(vectorsFlag());
  command.addOption(integerFlag('batch', 'Records of one transaction.', 1, LIMITS.batchMax));
  command.option('--skip-bad', 'Go on past lines that are no record; count them and show the first.');
  command.option('--again', 'Import a file also where it was imported before.');
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.action(importFiles);
}

async function importFiles(
  folder: string,
  collectionName: string,
  files: readonly string[],
  flags: ImportFlags,
): Promise<void> {
  const startMs = performance.now();
  const output = new Output(flags);
  using interrupt = new Interrupt(() =>
    output.note('finishing the batch at hand; Ctrl-C again ends at once'),
  );
  const { signal } = interrupt;
  const inspected = await Promise.all(files.map((file) => inspectSource(file, flags)));
  await using db = await openForWriting(folder, output, optionsFrom(THREADS, flags));
  const target = await openTarget(db, collectionName, flags, signal);
  const sources = target.hasNames ? inspected.map(withNames) : inspected;
  try {
    const { batch, skipBad = false, again = false } = flags;
    const outcomes = await importSources(
      sources,
      target,
      { batchMax: batch, skipBad, again, signal },
      output,
    );
    if (target.collection !== undefined) await finishIndex(target.collection, output, signal);
    const records = (await target.collection?.describe())?.records ?? 0;
    const summary = { collection: collectionName, records, files: outcomes };
    if (output.json) await output.document(summary);
    else await printSummary(summary, performance.now() - startMs, output);
  } finally {
    await target.close();
  }
}

async function inspectSource(file: string, flags: FormatFlags): Promise<ImportSource> {
  const format = await inputFormat(file, flags);
  return { file: await inspectInput(file), format };
}

/** The same file, read for a collection whose vectors have names. */
function withNames({ file, format }: ImportSource): ImportSource {
  const { reading } = format;
  const mapping = { ...reading.mapping, vectors: VECTORS_FIELD };
  return { file, format: { ...format, reading: { ...reading, mapping } } };
}

async function openTarget(
  db: Database,
  name: string,
  flags: ImportFlags,
  signal: AbortSignal,
): Promise<ImportTarget> {
  const descriptions = await db.listCollections();
  const existing = descriptions.find((description) => description.name === name);
  // Named vectors have their own.
  const recorded = existing?.vectors ? undefined : (existing?.embedding ?? undefined);
  const embedder =
    flags.embedding !== undefined
      ? await Embedder.named(flags.embedding, { signal, recorded })
      : recorded && Embedder.recorded(recorded, signal);
  const named = await namedVectors(existing, flags, signal);
  const target = new ImportTarget(db, name, collectionOptions(flags), embedder, flags.namespace, named);
  if (existing !== undefined) await target.openExisting();
  return target;
}

/** The vectors that have names: of the flag, or of a collection that is there. */
async function namedVectors(
  existing: CollectionDescription | undefined,
  { vectors }: ImportFlags,
  signal: AbortSignal,
): Promise<ModelledVectors | undefined> {
  if (vectors !== undefined) return vectorsFrom(vectors, signal);
  return existing?.vectors && recordedVectors(existing, undefined, signal);
}

function collectionOptions(flags: ImportFlags): CollectionOptions {
  const index = indexFrom(flags.index, flags);
  const options = optionsFrom<CollectionOptions>(COLLECTION_FLAGS, flags);
  const fullText = fullTextFrom(flags);
  return { ...options, ...(index !== undefined && { index }), ...(fullText && { fullText }) };
}

function fullTextFrom({ fullText, fullTextFields: fields }: ImportFlags): CollectionOptions['fullText'] {
  if (fullText === undefined && fields === undefined) return undefined;
  return { ...(typeof fullText === 'string' && { language: fullText }), ...(fields && { fields }) };
}

function oneCharacter(text: string): string {
  if (text.length === 1 && !'"\r\n'.includes(text)) return text;
  throw new InvalidArgumentError('Expected one character, neither a quote nor a line break.');
}

interface Summary {
  readonly collection: string;
  readonly records: number;
  readonly files: readonly FileOutcome[];
}

async function printSummary(summary: Summary, elapsedMs: number, output: Output): Promise<void> {
  for (const { file, records, skipped, resumedAfter, before, faults } of summary.files) {
    if (before) {
      await output.lines([
        `${file}: imported before (${counted(records, 'record')}), unchanged since; --again imports it anew`,
      ]);
      continue;
    }
    const resumed =
      resumedAfter === 0 ? '' : ` (${counted(resumedAfter, 'record')} of them before the interruption)`;
    const bad = skipped === 0 ? '' : `, ${counted(skipped, 'bad row')} skipped`;
    await output.lines([`${file}: ${counted(records, 'record')} stored${resumed}${bad}`]);
    for (const fault of faults) output.note(`  skipped ${placeOf(fault)}: ${fault.problem}`);
    if (skipped > faults.length) output.note(`  and ${counted(skipped - faults.length, 'bad row')} more`);
  }
  const { collection, records } = summary;
  await output.lines([
    `collection "${collection}" has ${counted(records, 'record')} (${duration(elapsedMs)})`,
  ]);
}
