import type { Command } from 'commander';
import type { CollectionDescription, CollectionOptions } from '../../api/collection.ts';
import type { Database } from '../../api/database.ts';
import {
  SEARCH_OPTIONS,
  type SearchExplanation,
  type SearchQuery,
  type SearchResult,
} from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { answerFlags, answerLines } from '../answer-flags.ts';
import { Embedder, embeddingFlag } from '../embedder.ts';
import { exampleFlag, filterFlag, flagsOf, includeFlag, optionsFrom, vectorFlag } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { isPictureModel, pictureModelsOf } from '../images/image-embedder.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { entryLines } from '../text/entry-lines.ts';
import { pairLines } from '../text/table.ts';
import { count } from '../text/units.ts';
import { fieldsFlag, recordedVectors } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface SearchFlags extends OutputFlags, NamespaceFlags {
  readonly embedding?: string;
}

export function addSearch(program: Command): void {
  const command = defineCommand(
    program,
    'search <folder> <collection> [text]',
    'Find the nearest records to a text, a picture, a vector or a stored record.',
    [
      'vecino search ./library books "magic school" --k 5',
      `vecino search ./library books "magic school" --filter '{"year":{"$lt":2000}}'`,
      'vecino search ./library books "a school for wizards" --full-text "wizard*"',
      'vecino search ./library photos --image cat.png',
      'vecino search ./library books --id hp1 --explain',
      'vecino search ./library words --like king --like woman --unlike man',
      'vecino search ./library books --vector "[0.1,0.2,0.3]" --json',
    ],
  );
  command.addOption(vectorFlag());
  command.option('--image <file>', SEARCH_OPTIONS.image.about);
  command.option('--id <id>', SEARCH_OPTIONS.id.about);
  command.addOption(fieldsFlag());
  command.addOption(exampleFlag('like', 'Look near this stored record; may be given several times.'));
  command.addOption(exampleFlag('unlike', 'Look away from this stored record; likewise.'));
  command.option(
    '--full-text [words]',
    `${SEARCH_OPTIONS.fullText.about} Beside something to look near a hybrid search; alone, the words of the text.`,
  );
  command.addOption(filterFlag());
  command.addOption(includeFlag());
  command.addOption(namespaceFlag());
  for (const option of [...flagsOf(SEARCH_OPTIONS), ...answerFlags()]) command.addOption(option);
  command.addOption(embeddingFlag());
  command.action(search);
}

async function search(
  folder: string,
  collectionName: string,
  text: string | undefined,
  flags: SearchFlags,
): Promise<void> {
  const output = new Output(flags);
  const query: SearchQuery = {
    ...optionsFrom<SearchQuery>(SEARCH_OPTIONS, flags),
    ...(text === undefined ? {} : { text }),
  };
  requireOneTarget(query);
  await using db = await openForReading(folder, output);
  const { options, models } = await modelsFor(db, collectionName, query, flags);
  try {
    const collection = await db.openCollection(collectionName, options);
    const hits = await recordsOf(collection, flags.namespace).search(query);
    await (output.json
      ? output.document({ ...besideHits(hits), hits: [...hits], explain: hits.explain })
      : printHits(hits, output));
  } finally {
    for (const model of models) await model.close();
  }
}

function requireOneTarget({ text, image, vector, id, like, unlike, fullText }: SearchQuery): void {
  const given = [text, image, vector, id, like ?? unlike].filter((target) => target !== undefined).length;
  if (given === 1 || (given === 0 && typeof fullText === 'string')) return;
  const received = given === 0 ? 'none of them is given' : `${given} of them are given`;
  throw new VecinoError(
    'QUERY_INVALID',
    `search needs exactly one of a text, --image, --vector, --id and examples (--like, --unlike) (${received}), or words as --full-text`,
    {
      details: { expected: 1, received: given },
    },
  );
}

/** How to open a collection so that texts can be looked near, and what is to be closed afterwards. */
interface Modelled {
  readonly options: CollectionOptions;
  readonly models: readonly { close(): Promise<void> }[];
}

const UNEMBEDDED: Modelled = { options: {}, models: [] };

/** The models that made the vectors to look in. */
export async function modelsFor(
  db: Database,
  collectionName: string,
  { field, text, image }: SearchQuery,
  { embedding: named }: Pick<SearchFlags, 'embedding'>,
): Promise<Modelled> {
  if (text === undefined && image === undefined) return UNEMBEDDED;
  const descriptions = await db.listCollections();
  const description = descriptions.find(({ name }) => name === collectionName);
  if (image !== undefined && description) {
    return pictureModelsOf(description, field === undefined ? undefined : [field].flat());
  }
  if (description?.vectors) return modelsOfFields(description, field, named);
  const embedder = await embedderOf(db, collectionName, named);
  return embedder ? { options: { embedding: embedder }, models: [embedder] } : UNEMBEDDED;
}

/** The model that made the collection's vectors: a text is comparable with nothing else. */
async function embedderOf(
  db: Database,
  collectionName: string,
  named: string | undefined,
): Promise<Embedder | undefined> {
  const descriptions = await db.listCollections();
  const description = descriptions.find(({ name }) => name === collectionName);
  if (named !== undefined) return Embedder.named(named, { recorded: description?.embedding ?? undefined });
  // A collection that is missing is told by opening it.
  if (description === undefined) return undefined;
  const recorded = description.embedding;
  const embedder = recorded === null ? undefined : Embedder.recorded(recorded);
  if (embedder === undefined) throw noEmbedder(collectionName, recorded?.name);
  await embedder.load();
  return embedder;
}

/** Of fields that have none, or an unknown one, the search itself says so. */
async function modelsOfFields(
  description: CollectionDescription,
  field: SearchQuery['field'],
  named: string | undefined,
): Promise<Modelled> {
  const names = field === undefined ? Object.keys(description.vectors ?? {}) : [field].flat();
  if (named === undefined) {
    const { vectors, models } = recordedVectors(description, names);
    return { options: models.length > 0 ? { vectors } : {}, models };
  }
  const embedding = await Embedder.named(named);
  const vectors = Object.fromEntries(names.map((name) => [name, { embedding }]));
  return { options: { vectors }, models: [embedding] };
}

function noEmbedder(collectionName: string, recorded: string | undefined): VecinoError {
  const reason =
    recorded === undefined
      ? 'has no embedding, its vectors were given: look near one with --vector, or near a record with --id'
      : isPictureModel(recorded)
        ? `was embedded with "${recorded}", which knows no texts: look near a picture with --image`
        : `was embedded with "${recorded}", which the command line cannot load by itself: say where it runs with --embedding <url>#${recorded}, or make a vector of the text with it and give that with --vector`;
  return new VecinoError('EMBEDDING_MISSING', `collection "${collectionName}" ${reason}`, {
    details: { collection: collectionName, embedding: recorded ?? null },
  });
}

/** Groups, facets and the next page, as far as they were asked for. */
function besideHits({
  groups,
  facets,
  next,
}: SearchResult): Pick<SearchResult, 'groups' | 'facets' | 'next'> {
  return { ...(groups && { groups }), ...(facets && { facets }), ...(next !== undefined && { next }) };
}

async function printHits(hits: SearchResult, output: Output): Promise<void> {
  const ranks = hits.map((_, i) => String(i + 1).padStart(String(hits.length).length));
  const scores = hits.map((hit) => hit.score.toFixed(4));
  const scoreWidth = Math.max(0, ...scores.map((score) => score.length));
  const leads = hits.map((_, i) => `${ranks[i]}  ${(scores[i] ?? '').padStart(scoreWidth)}  `);
  await output.lines(entryLines(hits, leads, { width: output.width, dim: (part) => output.dim(part) }));
  if (hits.length === 0) output.note('no record matches');
  const further = answerLines(hits);
  if (further.length > 0) await output.lines(['', ...further]);
  if (hits.explain !== undefined) await output.lines(['', ...explanationLines(hits.explain, output)]);
}

function explanationLines(explain: SearchExplanation, output: Output): string[] {
  const { embed, filter, search: walk, fetch, total } = explain.timesMs;
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  return pairLines(
    [
      ...(explain.fields ? [['fields', Object.keys(explain.fields).join(', ')] as const] : []),
      ['way', `${explain.way}: ${explain.reason}`],
      ['records', `${count(explain.records)}, of which ${count(explain.matches)} match`],
      ['effort', effortText(explain)],
      ...measuredRecallPairs(explain),
      ['candidates', count(explain.candidates)],
      ...(explain.fullText ? [['words', wordsText(explain.fullText)] as const] : []),
      ['distances', `${count(explain.distanceComputations)} computed`],
      ['not indexed yet', count(explain.unindexed)],
      ['thread', explain.thread],
      [
        'time',
        `${ms(total)} (embed ${ms(embed)}, filter ${ms(filter)}, search ${ms(walk)}, fetch ${ms(fetch)})`,
      ],
    ],
    (name) => output.dim(name),
  );
}

/** What a comparison with all records has shown. */
function measuredRecallPairs({ measuredRecall }: SearchExplanation): [string, string][] {
  if (!measuredRecall) return [];
  const { recall, distanceComputations, timeMs } = measuredRecall;
  const cost = `${count(distanceComputations)} distances, ${timeMs.toFixed(2)} ms`;
  return [['recall', `${recall.toFixed(4)} (measured: ${cost})`]];
}

function wordsText({ terms, candidates }: NonNullable<SearchExplanation['fullText']>): string {
  return `${terms.join(', ')}: ${count(candidates)} candidates`;
}

/** Exact answers have no effort. */
function effortText({ effort, expectedRecall }: SearchExplanation): string {
  if (effort === 0) return '-';
  return expectedRecall === null
    ? count(effort)
    : `${count(effort)} (recall ${expectedRecall.toFixed(3)} expected)`;
}
