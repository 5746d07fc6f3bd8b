import { statSync } from 'node:fs';
import type { Database } from '../api/database.ts';
import type { MigrationEnd } from '../api/migration.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, type OptionSpecs, readOptions } from '../base/options.ts';
import { type FileFormat, fileFormatOf } from './file-format.ts';

/** An end, validated; nothing is opened yet. */
export type ReadEnd = PlaceEnd | OpenEnd | FileEnd;

export interface PlaceEnd {
  readonly kind: 'place';
  readonly location: string;
  readonly collection: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface OpenEnd {
  readonly kind: 'open';
  readonly database: Database;
  readonly collection: string;
}

export interface FileEnd {
  readonly kind: 'file';
  readonly file: string;
  readonly format: FileFormat;
  readonly dataset: string | undefined;
}

const PLACE = {
  location: { kind: 'opaque', about: 'A folder, an address or a file.' },
  collection: { kind: 'opaque', about: 'The collection.' },
  options: { kind: 'opaque', about: 'What open takes.' },
  dataset: { kind: 'opaque', about: 'Which dataset of an HDF5.' },
} as const satisfies OptionSpecs;

const OPENED = {
  database: { kind: 'opaque', about: 'An open database.' },
  collection: { kind: 'opaque', about: 'The collection.' },
} as const satisfies OptionSpecs;

/**
 * @param side the opening words of messages: `migrate: the source`
 * @param common what ends are opened with that say nothing else
 */
export function readEnd(side: string, end: MigrationEnd, common: unknown = {}): ReadEnd {
  const shared = readOpenOptions(side, 'open', common);
  if (typeof end === 'string') return readText(side, end, shared);
  if (typeof end === 'object' && end !== null && 'database' in end) {
    const { database, collection } = readOptions(side, OPENED, end);
    const isDatabase = typeof (database as Partial<Database> | undefined)?.openCollection === 'function';
    if (!isDatabase) throw wrong(side, 'database', 'an open Database', database);
    return { kind: 'open', database, collection: requireText(side, 'collection', collection) };
  }
  if (typeof end !== 'object' || end === null) {
    throw wrong(side, undefined, 'a text, { location, … } or { database, collection }', end);
  }
  const { location, collection, options = {}, dataset } = readOptions(side, PLACE, end);
  const text = requireText(side, 'location', location);
  const file = fileOf(text);
  if (file && collection !== undefined) throw noCollections(side);
  const own = readOpenOptions(side, 'options', options);
  if (dataset !== undefined) requireText(side, 'dataset', dataset);
  if (file) return { kind: 'file', file: text, format: file, dataset };
  return {
    kind: 'place',
    location: text,
    collection: collection === undefined ? undefined : requireText(side, 'collection', collection),
    options: { ...shared, ...own },
  };
}

/** What is in it `open` checks. */
function readOpenOptions(side: string, option: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(side, option, 'an object', value);
  const decided = ['readOnly', 'create'].find((key) => key in value);
  if (decided === undefined) return { ...value };
  throw new VecinoError(
    'OPTION_INVALID',
    `${side}: ${option} has "${decided}", which the migration decides by itself; leave it out`,
    { details: { option: decided } },
  );
}

/** `./library#books`, `postgres://…#books`, `books.jsonl`. */
function readText(side: string, text: string, options: Readonly<Record<string, unknown>>): ReadEnd {
  const hash = text.lastIndexOf('#');
  const location = hash < 0 ? text : text.slice(0, hash);
  const collection = hash < 0 ? undefined : text.slice(hash + 1);
  if (location === '') throw wrong(side, undefined, 'a folder, an address or a file', location);
  const format = fileOf(location);
  if (format && collection !== undefined) throw noCollections(side);
  if (format) return { kind: 'file', file: location, format, dataset: undefined };
  if (collection === '') throw wrong(side, 'collection', 'a name behind the #', collection);
  return { kind: 'place', location, collection, options };
}

/** The format of a file; undefined for folders, whatever their names end with, and addresses. */
function fileOf(location: string): FileFormat | undefined {
  if (location.includes('://')) return undefined;
  const format = fileFormatOf(location);
  return format && !isFolder(location) ? format : undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function requireText(side: string, name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(side, name, 'a text', value);
}

function noCollections(side: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${side} is a file, which has no collections; leave the name of one out`,
    { details: { option: 'collection' } },
  );
}

/** Never the text itself, which may hold a password. */
function wrong(side: string, name: string | undefined, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  const what = name === undefined ? side : `${side}: "${name}"`;
  return new VecinoError('OPTION_INVALID', `${what} is ${received}, expected ${expected}`, {
    details: { ...(name !== undefined && { option: name }), expected, received },
  });
}
