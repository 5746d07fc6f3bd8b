import type { Filter } from '../api/filter.ts';
import { LIMITS } from '../api/limits.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import type { Hit } from '../api/search.ts';
import { type OptionSpecs, readOptions } from '../base/options.ts';
import { type Citation, pieceOf } from '../retrieval/piece.ts';
import { sourcesText } from '../retrieval/prompt.ts';
import { searchFor } from '../retrieval/retrieve.ts';
import {
  bothFilters,
  boundsOf,
  checkTool,
  filterInput,
  type ModelTool,
  type Searchable,
  TOOL_SETTINGS,
  type ToolSettings,
  untilAborted,
} from './tool.ts';
import { ToolInput } from './tool-input.ts';

/** What a model says to a search tool. */
export interface SearchInput<M extends Metadata = AnyMetadata> {
  readonly query: string;
  readonly k?: number;
  readonly filter?: Filter<M>;
}

/** A record that a model has found. */
export interface FoundRecord<M extends Metadata = AnyMetadata> {
  /** Its number for the model, from 1. */
  readonly number: number;
  readonly id: string;
  /** As of `search`. */
  readonly score: number;
  readonly text: string;
  readonly citation: Citation;
  readonly metadata?: M;
}

export interface SearchOutput<M extends Metadata = AnyMetadata> {
  /** Best first. */
  readonly records: readonly FoundRecord<M>[];
}

export interface SearchToolSettings<M extends Metadata = AnyMetadata> extends ToolSettings<M> {
  /** Records where the model does not say: 1 to 10,000, default 10. */
  readonly k?: number;
  /** Records that it may ask for at most: 1 to 10,000, default 50, or `k` where that is more. */
  readonly kMax?: number;
  /** Look for the words of the query too. Default: where the collection has an index of words. */
  readonly fullText?: boolean;
  /** Leave out records with a lower score; as of `search`. */
  readonly minScore?: number;
}

const SETTINGS = {
  ...TOOL_SETTINGS,
  k: { kind: 'integer', min: 1, max: LIMITS.kMax, about: 'Records where the model does not say.' },
  kMax: { kind: 'integer', min: 1, max: LIMITS.kMax, about: 'Most records of a call.' },
  fullText: { kind: 'boolean', about: 'Look for the words of the query too.' },
  minScore: {
    kind: 'number',
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    about: 'Leave out records with a lower score.',
  },
} as const satisfies OptionSpecs;

const K = 10;
const K_MAX = 50;

/**
 * A tool by which a model searches records by meaning, and by words where there is an index of words.
 *
 * @param records a collection with an embedding, or a namespace of one
 * @throws the errors of the settings
 *
 * @example
 * ```ts
 * const search = searchTool(books, { about: 'Novels.', fields: { year: 'when it was published' } });
 * const { text } = await generateText({ model, tools: { search }, stopWhen: isStepCount(3), prompt });
 * ```
 */
export function searchTool<M extends Metadata = AnyMetadata>(
  records: Searchable<M>,
  settings?: SearchToolSettings<M>,
): ModelTool<SearchInput<M>, SearchOutput<M>> {
  const { k, kMax, about, fields, field, filter, fullText, minScore } = readSettings(records, settings);
  const input = new ToolInput<SearchInput<M> & { readonly k: number }>('search', {
    query: {
      kind: 'text',
      about: 'What to look for: a question, or a few words on a subject.',
      isRequired: true,
    },
    k: { kind: 'integer', default: k, min: 1, max: kMax, about: 'How many records at most.' },
    ...filterInput(fields),
  });
  const own = {
    ...(field !== undefined && { field }),
    ...(fullText !== undefined && { fullText }),
    ...(minScore !== undefined && { minScore }),
  };
  return {
    description: `Searches records by meaning; answers the best with id, score, text, source and metadata.${about === undefined ? '' : ` ${about}`}`,
    inputSchema: input.schema,
    async execute(given, { abortSignal } = {}) {
      const { query, k: wanted, filter: asked } = input.read(given);
      const hits = await untilAborted(abortSignal, () =>
        searchFor(records, query, { ...own, k: wanted, ...bothFilters(filter, asked) }),
      );
      return { records: hits.map((hit, i) => foundRecord(hit, i + 1)) };
    },
    toModelOutput: ({ output }) => ({ type: 'text', value: searchText(output) }),
  };
}

function readSettings<M extends Metadata>(
  records: Searchable<M>,
  settings: SearchToolSettings<M> | undefined,
) {
  const read = readOptions('searchTool', SETTINGS, settings);
  checkTool('searchTool', records, read);
  const { value: k, most: kMax } = boundsOf('searchTool', 'k', read.k, read.kMax, K, K_MAX);
  return { ...read, k, kMax };
}

function foundRecord<M extends Metadata>(hit: Hit<M>, number: number): FoundRecord<M> {
  const { text, citation } = pieceOf(hit);
  const { id, score, metadata } = hit;
  return { number, id, score, text, citation, ...(metadata !== undefined && { metadata }) };
}

function searchText<M extends Metadata>({ records }: SearchOutput<M>): string {
  return sourcesText(
    records.map(({ id, score, text, citation, metadata = {} }) => ({
      citation,
      text: `${JSON.stringify({ id, score: Number(score.toPrecision(4)), metadata })}\n${text}`,
    })),
  );
}
