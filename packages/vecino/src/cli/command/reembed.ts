import type { Command } from 'commander';
import type { CollectionDescription } from '../../api/collection.ts';
import { OPEN_OPTIONS } from '../../api/database.ts';
import {
  REEMBED_TARGET,
  type ReembedDescription,
  type ReembedEstimate,
  type ReembedTarget,
} from '../../api/reembed.ts';
import { VecinoError } from '../../base/errors.ts';
import { Embedder, embeddingFlag } from '../embedder.ts';
import { flagsOf, optionsFrom } from '../flags.ts';
import { openForWriting } from '../folder.ts';
import { indexFlags, indexFrom } from '../index-flags.ts';
import { Interrupt } from '../interrupt.ts';
import { Output, type OutputFlags } from '../output.ts';
import { Stages } from '../stages.ts';
import { bytes, count, counted, duration } from '../text/units.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface ReembedFlags extends OutputFlags {
  readonly embedding?: string;
  readonly family?: string;
  readonly field?: string;
  readonly dryRun?: boolean;
}

const THREADS = { threads: OPEN_OPTIONS.threads };
const METRIC = { metric: REEMBED_TARGET.metric };

export function addReembed(program: Command): void {
  const command = defineCommand(
    program,
    'reembed <folder> <collection>',
    'Move a collection to another model: each text is embedded anew. Interrupted, the same command goes on.',
    [
      'vecino reembed ./library books --embedding openai:text-embedding-3-small --dry-run',
      'vecino reembed ./library books --embedding minilm',
      'vecino reembed ./library books --embedding minilm --field title --metric dot',
    ],
  );
  command.addOption(embeddingFlag());
  command.addOption(fieldFlag());
  command.option('--dry-run', 'Tell what it would cost, and change nothing.');
  for (const option of flagsOf(METRIC)) command.addOption(option);
  for (const option of indexFlags('family', 'Another family of the index, or auto.'))
    command.addOption(option);
  for (const option of flagsOf(THREADS)) command.addOption(option);
  command.action(reembed);
}

async function reembed(folder: string, collectionName: string, flags: ReembedFlags): Promise<void> {
  const output = new Output(flags);
  const { embedding: named, field } = flags;
  if (named === undefined) {
    throw new VecinoError('OPTION_INVALID', 'reembed needs --embedding, the model to move to; see --help', {
      details: { option: '--embedding', expected: 'a model', received: 'undefined' },
    });
  }
  using interrupt = new Interrupt(() =>
    output.note('the old vectors stay, and the same command goes on from here; Ctrl-C again ends at once'),
  );
  const { signal } = interrupt;
  await using db = await openForWriting(folder, output, { create: false, ...optionsFrom(THREADS, flags) });
  const collection = await db.openCollection(collectionName);
  const recorded = begunOf(await collection.describe(), field)?.embedding;
  const embedder = await Embedder.named(named, { signal, recorded });
  try {
    const index = indexFrom(flags.family, flags);
    const target: ReembedTarget = {
      ...optionsFrom<Pick<ReembedTarget, 'metric'>>(METRIC, flags),
      ...(field !== undefined && { field }),
      ...(index !== undefined && { index }),
      embedding: await embedder.load(),
    };
    const estimate = await collection.estimateReembed(target);
    if (flags.dryRun) {
      await (output.json ? output.document({ estimate }) : output.lines([wordsOf(estimate)]));
      return;
    }
    output.note(wordsOf(estimate));
    using stages = new Stages(output);
    const onProgress = stages.show.bind(stages);
    const changed = await collection.reembed({ ...target, signal, onProgress });
    await collection.flush();
    const description = await collection.describe();
    if (output.json) await output.document({ changed, estimate, ...description });
    else await output.lines([summaryOf(description, field, changed)]);
  } finally {
    await embedder.close();
  }
}

function begunOf(
  { vectors, reembedding }: CollectionDescription,
  field: string | undefined,
): ReembedDescription | undefined {
  return field === undefined ? reembedding : vectors?.[field]?.reembedding;
}

function wordsOf(estimate: ReembedEstimate): string {
  const { texts, records, tokens, seconds, vectorBytes } = estimate;
  const which = texts === records ? counted(texts, 'text') : `${count(texts)} of ${counted(records, 'text')}`;
  return `${which} to embed: about ${count(tokens)} tokens, ${duration(seconds * 1_000)}, ${bytes(vectorBytes)} in the store`;
}

function summaryOf(
  { name, vectors, ...whole }: CollectionDescription,
  field: string | undefined,
  changed: boolean,
): string {
  const { embedding, dimension, metric } = (field !== undefined && vectors?.[field]) || whole;
  const what = changed ? 'has moved to' : 'has the vectors already of';
  const which = field === undefined ? '' : `, field "${field}",`;
  return `collection "${name}"${which} ${what} "${embedding?.name}" (${dimension} dimensions, ${metric})`;
}
