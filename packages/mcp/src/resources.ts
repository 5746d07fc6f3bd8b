import type { CollectionDescription, StoredRecord } from 'vecino';
import { VecinoError } from 'vecino/errors';
import type { Library } from './library.ts';

/** Where collections and records are found as resources. */
const ROOT = 'vecino://collections/';
export const RECORD_TEMPLATE = `${ROOT}{collection}/records/{id}`;

export function collectionUri(name: string): string {
  return `${ROOT}${encodeURIComponent(name)}`;
}

/**
 * What an address stands for: a collection's description, or one of its records.
 *
 * @throws COLLECTION_NOT_FOUND, RECORD_NOT_FOUND, and OPTION_INVALID where it is no such address
 */
export async function readResource(
  library: Library,
  uri: string,
): Promise<CollectionDescription | StoredRecord> {
  const [, collection, id] = /^vecino:\/\/collections\/([^/]+)(?:\/records\/([^/]+))?$/.exec(uri) ?? [];
  if (collection === undefined) throw noAddress(uri);
  const records = await library.records({ collection: decoded(uri, collection) });
  if (id === undefined) {
    if ('describe' in records) return records.describe();
    throw noAddress(uri);
  }
  const record = await records.get(decoded(uri, id));
  if (record !== undefined) return record;
  throw new VecinoError('RECORD_NOT_FOUND', `resource ${uri}: there is no record of that id`, {
    details: { uri },
  });
}

function decoded(uri: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw noAddress(uri);
  }
}

function noAddress(uri: string): VecinoError {
  const expected = `${ROOT}{collection} or ${RECORD_TEMPLATE}`;
  return new VecinoError(
    'OPTION_INVALID',
    `resource ${JSON.stringify(uri)} is unknown, expected ${expected}`,
    {
      details: { expected },
    },
  );
}
