import { type Command, InvalidArgumentError, Option } from 'commander';
import type {
  Collection,
  CollectionDescription,
  CollectionOptions,
  Namespace,
} from '../../api/collection.ts';
import { type Database, OPEN_OPTIONS } from '../../api/database.ts';
import type { EmbeddingFunction } from '../../api/embedding.ts';
import { FULL_TEXT_LANGUAGES, type FullTextLanguage } from '../../api/full-text.ts';
import type { JsonObject } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { didYouMean } from '../../base/near-miss.ts';
import { quoted } from '../../base/options.ts';
import { Embedder, embeddingFlag } from '../embedder.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { flagsOf, integerFlag, namesIn, optionsFrom } from '../flags.ts';
import { openForWriting } from '../folder.ts';
import { finishIndex } from '../import/import-sources.ts';
import { Interrupt } from '../interrupt.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { importOptional } from '../optional-package.ts';
import { Output, type OutputFlags } from '../output.ts';
import { showProgress } from '../progress.ts';
import { counted, duration } from '../text/units.ts';
import { fieldFlag, type ModelledVectors, recordedVectors } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface IngestFlags extends OutputFlags, NamespaceFlags {
  readonly embedding?: string;
  readonly field?: string;
  readonly fullText?: FullTextLanguage | boolean;
  readonly size?: number;
  readonly overlap?: number;
  readonly ignore?: readonly string[];
  readonly fileBytesMax?: number;
  readonly metadata?: JsonObject;
  readonly keepVanished?: boolean;
  readonly batch?: number;
}

/** What this command needs of `@vecino/ingest`, which is no dependency of ours. */
type Ingest = (
  records: Collection | Omit<Namespace, 'collection'>,
  sources: readonly string[],
  options: IngestSettings,
) => Promise<IngestReport>;

interface IngestSettings {
  readonly embedding?: EmbeddingFunction;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: {
    readonly bytes: number;
    readonly bytesTotal: number;
    readonly records: number;
  }) => void;
}

interface IngestReport {
  readonly sources: Readonly<
    Record<'added' | 'changed' | 'unchanged' | 'vanished' | 'failed' | 'ignored', number>
  >;
  readonly records: Readonly<Record<'stored' | 'kept' | 'removed', number>>;
  readonly faults: readonly { readonly source: string; readonly error: VecinoError }[];
}

const PACKAGE = '@vecino/ingest';
const THREADS = { threads: OPEN_OPTIONS.threads };
const DEFAULT_EMBEDDING = 'minilm';

export function addIngest(program: Command): void {
  const command = defineCommand(
    program,
    'ingest <folder> <collection> <source...>',
    'Store the texts of documents as passages. A source is a folder, a file, a pattern, or @ and a file with ' +
      'addresses to fetch. Sources that have not changed are not read again, and records of vanished ones are removed.',
    [
      'vecino ingest ./library docs ./docs README.md',
      "vecino ingest ./library papers 'papers/**/*.pdf' --size 250 --overlap 40",
      'vecino ingest ./library site @pages.txt',
    ],
  );
  command.addOption(integerFlag('size', 'Tokens of a passage at most. Default 200.', 16, 8_192));
  command.addOption(
    integerFlag('overlap', 'Tokens that it repeats of the one before. Default 30.', 0, 4_096),
  );
  command.addOption(
    new Option('--ignore <patterns>', 'What is left out of folders, with commas between.').argParser(namesIn),
  );
  command.addOption(integerFlag('file-bytes-max', 'Largest source. Default 32 MiB.', 1, 2 ** 30));
  command.addOption(
    new Option('--metadata <json>', 'Keys that every record gets, such as \'{"team":"blue"}\'.').argParser(
      jsonObject,
    ),
  );
  command.option('--keep-vanished', 'Keep records of sources that are not there any more.');
  command.addOption(
    new Option(
      '--full-text <language>',
      'Language of the index of words of a new collection. Default english.',
    ).choices(FULL_TEXT_LANGUAGES),
  );
  command.option('--no-full-text', 'Make no index of words for a new collection.');
  command.addOption(embeddingFlag());
  command.addOption(fieldFlag());
  command.addOption(namespaceFlag('Where the records go.'));
  command.addOption(
    integerFlag('batch', 'Records that are embedded and stored together. Default 256.', 1, 10_000),
  );
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.action(ingestSources);
}

async function ingestSources(
  folder: string,
  collectionName: string,
  sources: readonly string[],
  flags: IngestFlags,
): Promise<void> {
  const startMs = performance.now();
  const output = new Output(flags);
  using interrupt = new Interrupt(() =>
    output.note('finishing the batch at hand; Ctrl-C again ends at once'),
  );
  const { signal } = interrupt;
  const ingest = await loadIngest();
  await using db = await openForWriting(folder, output, optionsFrom(THREADS, flags));
  const { collection, embedder, models } = await openCollection(db, collectionName, flags, signal);
  try {
    const records = recordsOf(collection, flags.namespace) as Collection;
    const report = await ingestAll(ingest, records, sources, flags, await embedder?.load(), signal, output);
    await finishIndex(collection, output, signal);
    if (report.faults.length > 0) process.exitCode = EXIT_CODES.problems.code;
    if (output.json) await output.document({ collection: collectionName, ...report });
    else await printReport(report, performance.now() - startMs, output);
  } finally {
    for (const model of models) await model.close();
  }
}

async function loadIngest(): Promise<Ingest> {
  const { ingest } = await importOptional(PACKAGE, 'ingest');
  return ingest as Ingest;
}

async function ingestAll(
  ingest: Ingest,
  records: Collection,
  sources: readonly string[],
  { size, overlap, ignore, fileBytesMax, metadata, keepVanished, batch }: IngestFlags,
  embedding: EmbeddingFunction | undefined,
  signal: AbortSignal,
  output: Output,
): Promise<IngestReport> {
  const start = { done: 0, total: undefined, records: 0 };
  using progress = showProgress(output, { what: 'ingesting', unit: 'bytes', start });
  const given = { size, overlap, ignore, fileBytesMax, metadata, keepVanished, batch };
  return ingest(records, sources, {
    ...given,
    ...(embedding !== undefined && { embedding }),
    signal,
    onProgress: ({ bytes: done, bytesTotal: total, records: stored }) =>
      progress.update({ done, total, records: stored }),
  });
}

interface Opened {
  readonly collection: Collection;
  /** The model whose tokenizer measures passages. */
  readonly embedder: Embedder | undefined;
  /** All that have to be closed. */
  readonly models: readonly Embedder[];
}

/** The collection, made where it is missing: with the words of its documents indexed, so that questions find names too. */
async function openCollection(
  db: Database,
  name: string,
  { embedding, field, fullText = true }: IngestFlags,
  signal: AbortSignal,
): Promise<Opened> {
  const descriptions = await db.listCollections();
  const existing = descriptions.find((description) => description.name === name);
  if (existing?.vectors) {
    const { vectors, embedder, models } = await modelsOfFields(existing, field, embedding, signal);
    return { collection: await db.openCollection(name, { vectors }), embedder, models };
  }
  if (field !== undefined) throw unknownField(name, field, []);
  const recorded = existing?.embedding ?? undefined;
  const embedder =
    embedding === undefined && existing !== undefined
      ? recorded && Embedder.recorded(recorded, signal)
      : await Embedder.named(embedding ?? DEFAULT_EMBEDDING, { signal, recorded });
  const model: CollectionOptions = embedder === undefined ? {} : { embedding: embedder };
  const models = embedder === undefined ? [] : [embedder];
  if (existing !== undefined) return { collection: await db.openCollection(name, model), embedder, models };
  const words: CollectionOptions['fullText'] = typeof fullText === 'string' ? { language: fullText } : true;
  const options: CollectionOptions = fullText === false ? model : { ...model, fullText: words };
  return { collection: await db.createCollection(name, options), embedder, models };
}

/**
 * The models of named vectors, as far as we know them. Passages are measured by that of the field that is named, or of
 * the first that embeds documents; `--embedding` is a word for the same.
 */
async function modelsOfFields(
  { name: collection, vectors: described = {}, ...description }: CollectionDescription,
  field: string | undefined,
  named: string | undefined,
  signal: AbortSignal,
): Promise<ModelledVectors & { readonly embedder: Embedder | undefined }> {
  const names = Object.keys(described);
  if (field !== undefined && !names.includes(field)) throw unknownField(collection, field, names);
  const measured = field ?? names.find((name) => described[name]?.text === 'document');
  const others = named === undefined ? names : names.filter((name) => name !== measured);
  const known = recordedVectors({ ...description, name: collection, vectors: described }, others, signal);
  if (named === undefined || measured === undefined) {
    const { embedding } = (measured !== undefined && known.vectors[measured]) || {};
    return { ...known, embedder: embedding as Embedder | undefined };
  }
  const recorded = described[measured]?.embedding ?? undefined;
  const embedder = await Embedder.named(named, { signal, recorded });
  return {
    vectors: { ...known.vectors, [measured]: { embedding: embedder } },
    models: [...known.models, embedder],
    embedder,
  };
}

function unknownField(collection: string, field: string, names: readonly string[]): VecinoError {
  const known =
    names.length === 0 ? 'its vectors have no names; leave --field out' : `it has ${names.join(', ')}`;
  return new VecinoError(
    'FIELD_UNKNOWN',
    `collection "${collection}" has no field ${quoted(field)}${didYouMean(field, names)} (${known})`,
    { details: { field, known: names } },
  );
}

async function printReport(report: IngestReport, elapsedMs: number, output: Output): Promise<void> {
  const { sources, records, faults } = report;
  const { added, changed, unchanged, vanished, failed, ignored } = sources;
  const others = ignored === 0 ? '' : `; ${counted(ignored, 'file')} of other formats left out`;
  for (const { source, error } of faults) output.note(`not ingested: ${source}: ${error.message}`);
  await output.lines([
    `${counted(added, 'source')} new, ${changed} changed, ${unchanged} unchanged, ${vanished} vanished, ${failed} not ingested${others}`,
    `${counted(records.stored, 'passage')} stored, ${records.kept} kept, ${records.removed} removed (${duration(elapsedMs)})`,
  ]);
}

function jsonObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below, like everything else that is no object.
  }
  throw new InvalidArgumentError('Expected a JSON object.');
}
