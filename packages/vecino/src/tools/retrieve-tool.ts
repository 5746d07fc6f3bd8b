import type { Filter } from '../api/filter.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import { type OptionSpecs, readOptions } from '../base/options.ts';
import { RETRIEVE_OPTIONS, type RetrieveOptions, readRetrieveOptions } from '../retrieval/options.ts';
import { sourcesText } from '../retrieval/prompt.ts';
import { type Passage, retrieve } from '../retrieval/retrieve.ts';
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

/** What a model says to a retrieve tool. */
export interface RetrieveInput<M extends Metadata = AnyMetadata> {
  readonly question: string;
  readonly tokens?: number;
  readonly filter?: Filter<M>;
}

export interface RetrieveOutput<M extends Metadata = AnyMetadata> {
  /** Best first, numbered from 1, each with its citation. */
  readonly passages: readonly Passage<M>[];
  /** Tokens of all of them, as the model reads them. */
  readonly tokens: number;
  /** Records that were found and did not fit any more. */
  readonly omitted: number;
}

/** All that `retrieve` is told, and what the model may say: `tokens` is what it gets where it does not say. */
export interface RetrieveToolSettings<M extends Metadata = AnyMetadata>
  extends RetrieveOptions<M>,
    ToolSettings<M> {
  readonly filter?: Filter<M>;
  /** Tokens that the model may ask for at most: 16 to 1,000,000, default 8,000, or `tokens` where that is more. */
  readonly tokensMax?: number;
}

const TOKENS = RETRIEVE_OPTIONS.tokens;
const TOKENS_MAX = 8_000;

const SETTINGS = {
  ...RETRIEVE_OPTIONS,
  // Without a default here: it depends on what is allowed at most.
  tokens: { kind: 'integer', min: TOKENS.min, max: TOKENS.max, about: TOKENS.about },
  ...TOOL_SETTINGS,
  tokensMax: {
    kind: 'integer',
    min: TOKENS.min,
    max: TOKENS.max,
    about: 'Most tokens of a call.',
  },
} as const satisfies OptionSpecs;

/**
 * A tool by which a model fetches the passages that a question needs, as `retrieve` finds them: fitted to a number of
 * tokens, each with its citation, and quoted between marks, so that what a document says is no instruction.
 *
 * @param records a collection with an embedding, or a namespace of one
 * @throws the errors of the settings
 *
 * @example
 * ```ts
 * const retrieve = retrieveTool(handbook, { about: 'The handbook of our company.', tokens: 1_500 });
 * const { text } = await generateText({ model, tools: { retrieve }, stopWhen: isStepCount(3), prompt });
 * ```
 */
export function retrieveTool<M extends Metadata = AnyMetadata>(
  records: Searchable<M>,
  settings?: RetrieveToolSettings<M>,
): ModelTool<RetrieveInput<M>, RetrieveOutput<M>> {
  const { about, fields, filter, tokens, tokensMax, ...own } = readSettings(records, settings);
  const input = new ToolInput<RetrieveInput<M> & { readonly tokens: number }>('retrieve', {
    question: {
      kind: 'text',
      about: 'The question, as a whole sentence with the names that matter.',
      isRequired: true,
    },
    tokens: {
      ...TOKENS,
      default: tokens,
      max: tokensMax,
      about: 'Tokens of all passages together, at most.',
    },
    ...filterInput(fields),
  });
  return {
    description: `Finds the passages that answer a question, by meaning and by words; answers them as numbered sources to cite.${about === undefined ? '' : ` ${about}`}`,
    inputSchema: input.schema,
    async execute(given, { abortSignal } = {}) {
      const { question, tokens: budget, filter: asked } = input.read(given);
      const options: RetrieveOptions<M> = { ...own, tokens: budget, ...bothFilters(filter, asked) };
      const found = await untilAborted(abortSignal, () => retrieve(records, question, options));
      return { passages: found.passages, tokens: found.tokens, omitted: found.omitted };
    },
    toModelOutput: ({ output }) => ({ type: 'text', value: retrieveText(output) }),
  };
}

function readSettings<M extends Metadata>(
  records: Searchable<M>,
  settings: RetrieveToolSettings<M> | undefined,
) {
  const { tokensMax, about, fields, ...options } = readOptions('retrieveTool', SETTINGS, settings);
  const said = {
    ...(about !== undefined && { about }),
    ...(fields !== undefined && { fields }),
  };
  checkTool('retrieveTool', records, said);
  const bounds = boundsOf('retrieveTool', 'tokens', options.tokens, tokensMax, TOKENS.default, TOKENS_MAX);
  return { ...readRetrieveOptions(options), ...said, tokens: bounds.value, tokensMax: bounds.most };
}

function retrieveText<M extends Metadata>({ passages, omitted }: RetrieveOutput<M>): string {
  const rest = omitted === 0 ? '' : `\n${omitted} more records were found that did not fit.`;
  return `${sourcesText(passages)}${rest}`;
}
