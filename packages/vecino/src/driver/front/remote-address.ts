import { VecinoError } from '../../base/errors.ts';

/** An address of an engine, what of it must not be shown, and what may be. */
export interface RemoteAddress {
  readonly url: URL;
  /** The password and the values of the query, which may be keys. */
  readonly secrets: readonly string[];
  /** Scheme, user, host and path. */
  readonly shown: string;
}

/**
 * Reads an address without repeating it: what is no URL may hold a password all the same.
 *
 * @param form what is expected: `postgres://user:password@host:port/database`
 */
export function readRemoteAddress(address: string, form: string): RemoteAddress {
  const url = URL.parse(address);
  if (!url) {
    throw new VecinoError(
      'OPTION_INVALID',
      `open: the address is no URL, expected ${form}; percent-encode what is special in it`,
      { details: { option: 'location', expected: form } },
    );
  }
  const secrets = [url.password, decoded(url.password), ...url.searchParams.values()].filter(
    (secret) => secret !== '',
  );
  const user = url.username === '' ? '' : `${url.username}@`;
  return { url, secrets, shown: `${url.protocol}//${user}${url.host}${url.pathname}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
