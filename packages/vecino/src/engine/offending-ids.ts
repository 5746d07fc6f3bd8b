import { VecinoError } from '../base/errors.ts';
import { quoted } from '../base/options.ts';

/** How many offending ids an error names. */
export const NAMED_IDS = 5;

/** Ids that are there already, and should not. */
export function idsExist(where: string, existing: readonly string[], total: number): VecinoError {
  return new VecinoError(
    'ID_EXISTS',
    `${where}: ${existing.length} of ${total} ids exist already: ${nameIds(existing)}; use upsert to replace them`,
    { details: { ids: existing.slice(0, NAMED_IDS), count: existing.length } },
  );
}

/** Ids that should be there, and are not. */
export function idsMissing(where: string, missing: readonly string[], total: number): VecinoError {
  return new VecinoError(
    'RECORD_NOT_FOUND',
    `${where}: ${missing.length} of ${total} ids are not there: ${nameIds(missing)}; use upsert to create them`,
    { details: { ids: missing.slice(0, NAMED_IDS), count: missing.length } },
  );
}

/** The first of some ids, for messages. */
export function nameIds(ids: readonly string[]): string {
  const named = ids.slice(0, NAMED_IDS).map(quoted);
  return ids.length > NAMED_IDS ? `${named.join(', ')} and ${ids.length - NAMED_IDS} more` : named.join(', ');
}
