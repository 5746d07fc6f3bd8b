import type { CollectionDescription } from '../../api/collection.ts';
import type { CompleteIndexChoice, IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { StoredVectors } from '../../storage/store.ts';
import { unsupported } from './unsupported.ts';

/*
 * Which of our indexes an engine has, and how its own are described in our words.
 */

/** The options that mean something to an engine, by family; families that are not there it does not have. */
export type Understood = Readonly<Record<string, readonly string[]>>;

/** Options of an index as the caller has named them. */
export type GivenIndex = Readonly<Record<string, unknown>>;

/** A graph's parameters. */
export interface GraphOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly efSearch: number;
}

/** What was asked of a graph, and what is usual for the rest. */
export function graphOptionsOf({ index }: Pick<StoredVectors, 'index'>, usual: GraphOptions): GraphOptions {
  const option = (name: keyof GraphOptions) => {
    const value = index[name];
    return typeof value === 'number' ? value : usual[name];
  };
  return { M: option('M'), efConstruction: option('efConstruction'), efSearch: option('efSearch') };
}

/** An index that was asked for. */
interface AskedIndex {
  /** The opening words of messages: the collection, and the field of it where it has fields. */
  readonly thing: string;
  readonly given: GivenIndex;
  readonly metric: string | undefined;
}

/** The index of a collection's only vector, or that of each of its fields, in their order. */
export function askedIndexes(thing: string, read: ReadCollectionOptions): readonly AskedIndex[] {
  if (!read.fields) return [{ thing, given: read.givenIndex, metric: read.metric }];
  return read.fields.map(({ name, givenIndex: given, metric }) => ({
    thing: `${thing}, field "${name}"`,
    given,
    metric,
  }));
}

/**
 * Refuses a family that an engine does not have, and options that mean nothing to it. Answers the family.
 *
 * @param choose what to do in the place of another family
 */
export function requireUnderstood(
  thing: string,
  engine: string,
  given: GivenIndex,
  understood: Understood,
  choose: (family: string) => string,
): string {
  const family = String(given['family'] ?? 'auto');
  const options = understood[family];
  if (!options) throw unsupported(thing, engine, `the family ${family}`, choose(family));
  const foreign = Object.keys(given).find(
    (option) => given[option] !== undefined && !options.includes(option),
  );
  if (foreign !== undefined) {
    const takes = options.filter((option) => option !== 'family').join(', ') || 'none';
    const remedy = `leave it out (it takes ${takes})`;
    throw unsupported(thing, engine, `the option ${foreign} of the family ${family}`, remedy);
  }
  return family;
}

/** Refuses a value of an option other than the only one that an engine has. */
export function requireOnly(
  thing: string,
  engine: string,
  given: GivenIndex,
  option: 'quantizer' | 'originals',
  only: string,
  remedy: string,
): void {
  const value = given[option];
  if (value === undefined || value === only) return;
  const what = option === 'quantizer' ? `the quantizer ${String(value)}` : `originals: ${String(value)}`;
  throw unsupported(thing, engine, what, remedy);
}

/** What `describe` says of an index: `auto` stays what it was asked for, and the options are what serves. */
export function describeIndex(
  stored: Pick<StoredVectors, 'index'>,
  options: Required<IndexOptions>,
  reason: string,
): Pick<CollectionDescription, 'index' | 'serving'> {
  const isAuto = stored.index['family'] === 'auto';
  const index: CompleteIndexChoice = isAuto ? (stored.index as unknown as CompleteIndexChoice) : options;
  return { index, serving: { options, reason } };
}
