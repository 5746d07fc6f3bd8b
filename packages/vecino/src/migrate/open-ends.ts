import { basename, extname, resolve } from 'node:path';
import type { CollectionDescription } from '../api/collection.ts';
import type { Database, OpenOptions } from '../api/database.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { open } from '../driver/open.ts';
import { CollectionEnd, type Order } from './collection-end.ts';
import type { EndSettings, ReadableEnd } from './end.ts';
import { FileSource } from './file-source.ts';
import type { EndPlace } from './journal.ts';
import type { Persistence } from './persistence.ts';
import type { OpenEnd, PlaceEnd, ReadEnd } from './read-ends.ts';

/** A source that can be read, and whatever was opened for it. */
export interface OpenSource extends AsyncDisposable {
  readonly end: ReadableEnd;
  /** Of a collection. */
  readonly collection: CollectionEnd | undefined;
  readonly settings: EndSettings;
  readonly place: EndPlace;
}

/** A database that is closed where we have opened it. */
export interface HeldDatabase extends AsyncDisposable {
  readonly database: Database;
}

/** Opens a source for reading, beside whoever writes to it. */
export async function openSource(
  read: ReadEnd,
  { metric, orderBy }: { readonly metric: Metric | undefined; readonly orderBy: Order },
  persistence: Persistence,
): Promise<OpenSource> {
  if (read.kind === 'file') {
    const end = await FileSource.open(read.file, read.format, read.dataset);
    try {
      const settings = await end.settings(metric);
      const place = {
        location: resolve(read.file),
        collection: undefined,
        part: read.dataset,
        folder: undefined,
      };
      return {
        end,
        collection: undefined,
        settings,
        place,
        [Symbol.asyncDispose]: () => end[Symbol.asyncDispose](),
      };
    } catch (error) {
      await end[Symbol.asyncDispose]();
      throw error;
    }
  }
  if (metric !== undefined) {
    throw new VecinoError(
      'OPTION_INVALID',
      'migrate: metric is that of the source, whose collection has one; leave it out, it is for files',
      { details: { option: 'metric' } },
    );
  }
  const held = await hold(read, { readOnly: true, create: false }, persistence);
  try {
    const name = read.collection ?? (await onlyCollection(held.database));
    const end = await CollectionEnd.open(held.database, name, persistence, orderBy);
    const place = placeOf(read, held.database, name);
    return {
      end,
      collection: end,
      settings: end.settings,
      place,
      [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
    };
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}

/** The caller's database, or one that is opened with these options. */
export async function hold(
  read: PlaceEnd | OpenEnd,
  options: OpenOptions,
  persistence: Persistence,
): Promise<HeldDatabase> {
  if (read.kind === 'open') return { database: read.database, async [Symbol.asyncDispose]() {} };
  const database = await persistence.run(() => open(read.location, { ...read.options, ...options }));
  return { database, [Symbol.asyncDispose]: () => database.close() };
}

export async function findCollection(
  database: Database,
  name: string,
): Promise<CollectionDescription | undefined> {
  return (await database.listCollections()).find((described) => described.name === name);
}

/** What a target is called that nobody has named. */
export function nameOfTarget(
  target: PlaceEnd | OpenEnd,
  from: ReadEnd,
  source: CollectionEnd | undefined,
): string {
  if (target.collection !== undefined) return target.collection;
  return source?.name ?? (from.kind === 'file' ? basename(from.file, extname(from.file)) : '');
}

/** @param database undefined for a folder that is not there yet */
export function placeOf(
  read: PlaceEnd | OpenEnd,
  database: Database | undefined,
  collection: string,
): EndPlace {
  const location = database?.location ?? (read.kind === 'place' ? read.location : '');
  const isElsewhere = location.includes('://') || location === ':memory:';
  const { connection } = read.kind === 'place' ? (read.options as OpenOptions) : {};
  return {
    location: isElsewhere ? location : resolve(location),
    collection,
    part: connection?.schema,
    folder: isElsewhere ? undefined : resolve(location),
  };
}

async function onlyCollection(database: Database): Promise<string> {
  const names = (await database.listCollections()).map(({ name }) => name);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const has = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
  throw new VecinoError(
    'COLLECTION_NOT_FOUND',
    `migrate: the source "${database.location}" names no collection, and ${has}; name one behind a #: ${database.location}#${only ?? 'name'}`,
    { details: { location: database.location, known: names } },
  );
}
