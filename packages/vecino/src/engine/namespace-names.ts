import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue, quoted } from '../base/options.ts';

/** How many namespaces a message names. */
export const NAMESPACES_NAMED = 10;

/** Names come from elsewhere (tenants, mail addresses, paths), so any text will do that can be printed. */
export function readNamespaceName(thing: string, name: unknown): string {
  const isText = typeof name === 'string' && name !== '' && name.isWellFormed() && !/\p{Cc}/u.test(name);
  if (isText && name.length <= LIMITS.namespaceLengthMax) return name;
  const received = isText
    ? `${quoted(name)} of ${name.length} characters`
    : typeof name === 'string' && name !== ''
      ? 'a string with control characters or malformed Unicode'
      : describeValue(name);
  throw new VecinoError(
    'NAME_INVALID',
    `${thing}: the name is ${received}, expected 1 to ${LIMITS.namespaceLengthMax} characters of text without control characters; keep longer keys in metadata`,
    { details: { lengthMax: LIMITS.namespaceLengthMax, received } },
  );
}

/** @param names of the namespaces that there are, the first of them at least */
export function namespaceNotFound(thing: string, namespace: string, names: readonly string[]): VecinoError {
  const named = names.slice(0, NAMESPACES_NAMED);
  const known = named.length === 0 ? 'there are none' : `there are: ${named.join(', ')}`;
  return new VecinoError(
    'NAMESPACE_NOT_FOUND',
    `${thing}: there is no such namespace${didYouMean(namespace, named)} (${known}); a namespace begins with the first write into it`,
    { details: { namespace, known: named } },
  );
}
