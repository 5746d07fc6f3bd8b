import {
  AUTO_OPTIONS,
  type AutoOptions,
  type CompleteIndexChoice,
  type IndexOptions,
  RECALL_OPTION,
  type RecallTarget,
} from '../api/index-options.ts';
import type { JsonObject } from '../api/metadata.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { readOptions } from '../base/options.ts';
import { completeIndexOptions, FAMILY_NAMES, familyOf } from '../index/registry.ts';
import type { StoredVectors } from '../storage/store.ts';

/** What was asked for, and the structure that serves it. */
export interface ReadIndexChoice {
  /** As it was asked for, complete. */
  readonly asked: CompleteIndexChoice;
  /** What is built; where the choice is left to us, what was chosen last. */
  readonly structure: Required<IndexOptions>;
}

/** What a collection that chooses for itself begins with: it is empty. */
const FIRST = 'flat';

/** The vectors that an index is for; their dimension as far as it is known. */
export interface IndexedVectors {
  readonly metric: Metric;
  readonly dimension: number | undefined;
}

/** Validates a choice, which may be the bare name of a family, and fills in what was left out. */
export function readIndexChoice(
  thing: string,
  given: unknown,
  { metric, dimension }: IndexedVectors,
  first: unknown = FIRST,
): ReadIndexChoice {
  const { family, recall, ...rest } = namedOptions(given);
  if (family === 'auto') {
    const { recall: target } = readOptions<AutoOptions>(`${thing}: index "auto"`, AUTO_OPTIONS, {
      ...rest,
      ...(recall !== undefined && { recall }),
    } as AutoOptions);
    const asked = { family, recall: target ?? AUTO_OPTIONS.recall.default } as const;
    return { asked, structure: completeIndexOptions(thing, first, metric, dimension) };
  }
  if (recall === undefined || !isApproximate(family)) {
    const structure = completeIndexOptions(thing, given, metric, dimension);
    return { asked: structure, structure };
  }
  const structure = completeIndexOptions(thing, { family, ...rest }, metric, dimension);
  const target = readOptions<RecallTarget>(`${thing}: index "${structure.family}"`, RECALL_OPTION, {
    recall: recall as number,
  });
  return { asked: { ...structure, ...target }, structure };
}

/** The choice of an index where the recall stands beside it, by itself. */
export function withRecall(thing: string, index: unknown, recall: number | undefined): unknown {
  if (recall === undefined) return index;
  const given = namedOptions(index);
  if (given['recall'] === undefined) return { ...given, recall };
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: recall is given twice, by itself and among the options of the index, expected one of them; leave one out`,
    { details: { option: 'recall', expected: 'one', received: 'two' } },
  );
}

/** The choice of stored vectors; options that are younger than it have their defaults. */
export function storedIndexChoice(collection: string, { index, metric }: StoredVectors): ReadIndexChoice {
  const { chosen, ...asked } = index;
  return readIndexChoice(
    `collection "${collection}"`,
    asked,
    { metric: metric as Metric, dimension: undefined },
    chosen,
  );
}

/** What the store keeps of a choice. */
export function storedFormOf({ asked, structure }: ReadIndexChoice): JsonObject {
  const form = asked.family === 'auto' ? { ...asked, chosen: structure } : asked;
  return form as unknown as JsonObject;
}

function namedOptions(given: unknown): Readonly<Record<string, unknown>> {
  if (given === undefined) return { family: 'auto' };
  if (typeof given === 'string') return { family: given };
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject ? { ...given } : {};
}

function isApproximate(family: unknown): boolean {
  return FAMILY_NAMES.some((name) => name === family && familyOf(name).search !== undefined);
}
