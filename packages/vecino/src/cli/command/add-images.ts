import type { Command } from 'commander';
import type { Collection } from '../../api/collection.ts';
import { type Database, OPEN_OPTIONS } from '../../api/database.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { flagsOf, integerFlag, optionsFrom } from '../flags.ts';
import { openForWriting } from '../folder.ts';
import { ImageEmbedder, type PictureModels, pictureModelsOf } from '../images/image-embedder.ts';
import { pictureFiles } from '../images/picture-files.ts';
import { type PictureOutcome, storePictures } from '../images/store-pictures.ts';
import { finishIndex } from '../import/import-sources.ts';
import { Interrupt } from '../interrupt.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { showProgress } from '../progress.ts';
import { counted, duration } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface AddImagesFlags extends OutputFlags, NamespaceFlags {
  readonly batch?: number;
}

const THREADS = { threads: OPEN_OPTIONS.threads };
const DEFAULT_BATCH = 64;

export function addAddImages(program: Command): void {
  const command = defineCommand(
    program,
    'add-images <folder> <collection> <source...>',
    'Store pictures, to be found by search --image. A source is a folder, with all that is below it, or a file. ' +
      'The path is the id; a picture that has not changed is not embedded again.',
    ['vecino add-images ./library photos ./holidays', 'vecino add-images ./library photos cat.png dog.jpg'],
  );
  command.addOption(namespaceFlag('Where the records go.'));
  command.addOption(
    integerFlag('batch', `Pictures that are stored together. Default ${DEFAULT_BATCH}.`, 1, 10_000),
  );
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.action(addImages);
}

async function addImages(
  folder: string,
  collectionName: string,
  sources: readonly string[],
  flags: AddImagesFlags,
): Promise<void> {
  const startMs = performance.now();
  const output = new Output(flags);
  using interrupt = new Interrupt(() =>
    output.note('finishing the batch at hand; Ctrl-C again ends at once'),
  );
  const { signal } = interrupt;
  const files = await pictureFiles(sources);
  await using db = await openForWriting(folder, output, optionsFrom(THREADS, flags));
  const { collection, models } = await openCollection(db, collectionName, signal);
  try {
    const keptBefore = await keptVectors(collection);
    const outcome = await storeAll(recordsOf(collection, flags.namespace), files, flags, signal, output);
    await finishIndex(collection, output, signal);
    if (outcome.faults.length > 0) process.exitCode = EXIT_CODES.problems.code;
    const embedded = Math.max(0, (await keptVectors(collection)) - keptBefore);
    if (output.json) await output.document({ collection: collectionName, ...outcome, embedded });
    else await printOutcome(outcome, embedded, performance.now() - startMs, output);
  } finally {
    for (const model of models) await model.close();
  }
}

/** Grows with each picture that is new: what was tried again beside a bad one is not counted twice. */
async function keptVectors(collection: Collection): Promise<number> {
  return (await collection.stats()).embedding?.kept ?? 0;
}

async function openCollection(
  db: Database,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly collection: Collection } & Pick<PictureModels, 'models'>> {
  const descriptions = await db.listCollections();
  const existing = descriptions.find((description) => description.name === name);
  if (existing) {
    const { options, models } = await pictureModelsOf(existing, undefined, signal);
    return { collection: await db.openCollection(name, options), models };
  }
  const embedding = await ImageEmbedder.load(undefined, signal);
  return { collection: await db.createCollection(name, { embedding }), models: [embedding] };
}

async function storeAll(
  records: Parameters<typeof storePictures>[0],
  files: readonly string[],
  { batch: batchMax = DEFAULT_BATCH }: AddImagesFlags,
  signal: AbortSignal,
  output: Output,
): Promise<PictureOutcome> {
  const start = { done: 0, total: files.length, records: 0 };
  using progress = showProgress(output, { what: 'adding', unit: 'records', start });
  const onProgress = (done: number, stored: number) =>
    progress.update({ done, total: files.length, records: stored });
  return storePictures(records, files, { batchMax, signal, onProgress });
}

async function printOutcome(
  { stored, faults }: PictureOutcome,
  embedded: number,
  elapsedMs: number,
  output: Output,
): Promise<void> {
  for (const { error } of faults) output.note(`not stored: ${error.message}`);
  await output.lines([
    `${counted(stored, 'picture')} stored, ${embedded} of them embedded now, ${faults.length} not stored (${duration(elapsedMs)})`,
  ]);
}
