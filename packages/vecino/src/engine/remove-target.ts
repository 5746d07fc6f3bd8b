import { VecinoError } from '../base/errors.ts';
import { describeValue, type OptionSpecs, readOptions } from '../base/options.ts';
import { readId } from './read-records.ts';

const REMOVE_TARGET = {
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
} as const satisfies OptionSpecs;

/** The ids to remove, or undefined where the target is a filter. */
export function readTarget(where: string, target: unknown): readonly string[] | undefined {
  if (typeof target === 'string') return [readId(where, target)];
  if (Array.isArray(target)) return Array.from(target, (id) => readId(where, id));
  const isObject = typeof target === 'object' && target !== null;
  if (isObject && readOptions<{ filter?: unknown }>(where, REMOVE_TARGET, target).filter !== undefined) {
    return undefined;
  }
  const received = isObject ? 'an object without a filter' : describeValue(target);
  throw new VecinoError(
    'OPTION_INVALID',
    `${where}: the target is ${received}, expected an id, an array of ids or { filter }; the filter {} stands for all records`,
    { details: { expected: 'an id, an array of ids or { filter }', received } },
  );
}
