import type { Command } from 'commander';
import type { Collection } from '../../api/collection.ts';
import { type Database, OPEN_OPTIONS } from '../../api/database.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { flagsOf, integerFlag, optionsFrom } from '../flags.ts';
import { openForWriting } from '../folder.ts';
import { ImageEmbedder, type PictureModels, pictureModelsOf } from '../images/image-embedder.ts';
import { findPictures, type PictureFile } from '../images/picture-files.ts';
import { removeVanished } from '../images/remove-vanished.ts';
import { type PictureOutcome, storePictures } from '../images/store-pictures.ts';
import { finishIndex } from '../import/import-sources.ts';
import { Interrupt } from '../interrupt.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { showProgress } from '../progress.ts';
import { counted, duration } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface AddImagesFlags extends OutputFlags, NamespaceFlags {
  readonly keepVanished?: boolean;
  readonly batch?: number;
}

const THREADS = { threads: OPEN_OPTIONS.threads };
const DEFAULT_BATCH = 64;

export function addAddImages(program: Command): void {
  const command = defineCommand(
    program,
    'add-images <folder> <collection> <source...>',
    'Store pictures, to be found by search --image. A source is a folder, with all that is below it, or a file. ' +
      'The path is the id; a picture that has not changed is not embedded again, and records of vanished ones are removed.',
    ['vecino add-images ./library photos ./holidays', 'vecino add-images ./library photos cat.png dog.jpg'],
  );
  command.option('--keep-vanished', 'Keep records of pictures that are not there any more.');
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
  const found = await findPictures(sources);
  await using db = await openForWriting(folder, output, optionsFrom(THREADS, flags));
  const { collection, models } = await openCollection(db, collectionName, signal);
  try {
    const keptBefore = await keptVectors(collection);
    const records = recordsOf(collection, flags.namespace);
    const outcome = await storeAll(records, found.files, flags, signal, output);
    const vanished = flags.keepVanished ? 0 : await removeVanished(records, found, signal);
    await finishIndex(collection, output, signal);
    if (outcome.faults.length > 0) process.exitCode = EXIT_CODES.problems.code;
    const embedded = Math.max(0, (await keptVectors(collection)) - keptBefore);
    if (output.json) await output.document({ collection: collectionName, ...outcome, embedded, vanished });
    else await printOutcome({ ...outcome, embedded, vanished }, performance.now() - startMs, output);
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
  files: readonly PictureFile[],
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
  {
    stored,
    embedded,
    vanished,
    faults,
  }: PictureOutcome & { readonly embedded: number; readonly vanished: number },
  elapsedMs: number,
  output: Output,
): Promise<void> {
  for (const { error } of faults) output.note(`not stored: ${error.message}`);
  await output.lines([
    `${counted(stored, 'picture')} stored, ${embedded} of them embedded now, ${vanished} vanished, ${faults.length} not stored (${duration(elapsedMs)})`,
  ]);
}
