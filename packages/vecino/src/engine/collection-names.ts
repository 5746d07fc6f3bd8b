import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue, quoted } from '../base/options.ts';

/** @param location where it was looked for */
export function collectionNotFound(name: string, location: string, names: readonly string[]): VecinoError {
  const known = names.length === 0 ? 'there are none yet' : `there are: ${firstOf(names)}`;
  return new VecinoError(
    'COLLECTION_NOT_FOUND',
    `collection "${name}" is not in "${location}"${didYouMean(name, names)} (${known})`,
    { details: { name, known: names.slice(0, NAMES_SHOWN) } },
  );
}

export function collectionExists(name: string): VecinoError {
  return new VecinoError(
    'COLLECTION_EXISTS',
    `collection "${name}" exists already, expected none of that name; open it, or drop it first`,
    { details: { name } },
  );
}

/** How many collections a message names. */
const NAMES_SHOWN = 20;

function firstOf(names: readonly string[]): string {
  const first = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${first} and ${names.length - NAMES_SHOWN} more` : first;
}

export function requireName(name: unknown): asserts name is string {
  const valid = typeof name === 'string' && /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name);
  if (valid && name.length <= LIMITS.nameLengthMax) return;
  const received =
    typeof name !== 'string'
      ? describeValue(name)
      : `${quoted(name)}${name.length > LIMITS.nameLengthMax ? ` of ${name.length} characters` : ''}`;
  throw new VecinoError(
    'NAME_INVALID',
    `collection name: received ${received}, expected 1 to ${LIMITS.nameLengthMax} letters, digits, "_", "-" and ".", the first a letter, a digit or "_"`,
    { details: { lengthMax: LIMITS.nameLengthMax, received } },
  );
}

/** What a database says that was opened for reading only. */
export function readOnly(what: string): VecinoError {
  return new VecinoError(
    'STORE_READ_ONLY',
    `cannot ${what}: the database was opened for reading only; open it without \`readOnly\``,
  );
}
