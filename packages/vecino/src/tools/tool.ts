import type { Collection } from '../api/collection.ts';
import type { Filter } from '../api/filter.ts';
import type { Metadata } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { InputSpec, ToolSchema } from './tool-input.ts';

/** What a tool is told beside its input. */
export interface ToolContext {
  /** Ends waiting with `CANCELLED`. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Something that a language model may call. The AI SDK takes it as it is, as a tool of `generateText` and
 * `streamText`; other interfaces are given `description` and `inputSchema.jsonSchema`.
 */
export interface ModelTool<Input, Output> {
  /** Tells the model what it is for. */
  readonly description: string;
  readonly inputSchema: ToolSchema<Input>;
  /** @throws the errors of a wrong input, and of the search */
  execute(input: Input, context?: ToolContext): Promise<Output>;
  /** The output as the model reads it; the program has the output itself. */
  toModelOutput(result: { readonly output: Output }): { readonly type: 'text'; readonly value: string };
}

/** Metadata that a model may filter by: what each path holds, or `true` for whatever there is. */
export type FilterableFields = true | { readonly [path: string]: string };

/** What tools over records have in common. */
export interface ToolSettings<M extends Metadata> {
  /** What the records are about, for the model: a sentence or two. */
  readonly about?: string;
  /** Metadata that the model may filter by, with a sentence on each, or `true`. Default: it cannot filter. */
  readonly fields?: FilterableFields;
  /** Only these records, whatever the model asks for. */
  readonly filter?: Filter<M>;
  /** Which of several named vectors is searched, or a list of them; as of `search`. */
  readonly field?: string | readonly string[];
}

/** What can be searched: a collection or a namespace. */
export type Searchable<M extends Metadata> = Pick<Collection<M>, 'search'>;

export const TOOL_SETTINGS = {
  about: { kind: 'opaque', about: 'What the records are about, for the model.' },
  fields: { kind: 'opaque', about: 'Metadata that the model may filter by.' },
  filter: { kind: 'opaque', about: 'Only these records, whatever the model asks for.' },
  field: { kind: 'opaque', about: 'Which of several named vectors, one or a list.' },
} as const;

const FILTERS =
  'Only what matches, such as {"year":{"$gte":1990,"$lt":2000}}; $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, ' +
  '$exists and $contains on a field, $and, $or and $not around them.';

/** The filter as a part of a tool's input, where the model may filter. */
export function filterInput(fields: FilterableFields | undefined): { readonly filter?: InputSpec } {
  if (fields === undefined) return {};
  const known = fields === true ? [] : Object.entries(fields).map(([path, about]) => `${path}: ${about}`);
  const about = [FILTERS, ...(known.length === 0 ? [] : [`Fields: ${known.join('; ')}.`])].join(' ');
  return { filter: { kind: 'object', about } };
}

/** What both filters let pass: the developer's own holds always. */
export function bothFilters<M extends Metadata>(
  own: Filter<M> | undefined,
  asked: Filter<M> | undefined,
): { readonly filter?: Filter<M> } {
  const filters = [own, asked].filter((filter) => filter !== undefined);
  const [only] = filters;
  if (only === undefined) return {};
  return { filter: filters.length === 1 ? only : ({ $and: filters } as unknown as Filter<M>) };
}

/** @throws OPTION_INVALID where there is nothing to search, or what is said to the model is no text */
export function checkTool(
  tool: string,
  records: unknown,
  { about, fields }: Pick<ToolSettings<Metadata>, 'about' | 'fields'>,
): void {
  // A text has a function of that name too.
  const isSearchable =
    typeof records === 'object' &&
    records !== null &&
    'search' in records &&
    typeof records.search === 'function';
  if (!isSearchable) throw unfit(tool, 'records', 'an open collection, or a namespace of one', records);
  if (about !== undefined && typeof about !== 'string')
    throw unfit(tool, 'about', 'a text for the model', about);
  if (fields === undefined || fields === true) return;
  const isSaid =
    typeof fields === 'object' &&
    fields !== null &&
    Object.values(fields).every((text) => typeof text === 'string');
  if (!isSaid) throw unfit(tool, 'fields', 'true, or an object of a text for each metadata path', fields);
}

/**
 * How many the model gets where it does not say, and how many it may ask for.
 *
 * @throws OPTION_OUT_OF_RANGE where the first is more than the second
 */
export function boundsOf(
  tool: string,
  option: string,
  value: number | undefined,
  most: number | undefined,
  usual: number,
  usualMost: number,
): { readonly value: number; readonly most: number } {
  const max = most ?? Math.max(usualMost, value ?? 0);
  if (value === undefined || value <= max) return { value: value ?? Math.min(usual, max), most: max };
  throw new VecinoError(
    'OPTION_OUT_OF_RANGE',
    `${tool}: option "${option}" is ${value}, expected at most ${max}, which is "${option}Max"`,
    { details: { option, max, received: value } },
  );
}

function unfit(tool: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${tool}: option "${option}" is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}

/** The result of the work, or `CANCELLED` as soon as nobody waits for it any more. */
export async function untilAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return work();
  const cancelled = Promise.withResolvers<never>();
  const cancel = () =>
    cancelled.reject(
      new VecinoError('CANCELLED', 'the call of the tool was cancelled', { cause: signal.reason }),
    );
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([cancelled.promise, signal.aborted ? cancelled.promise : work()]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
