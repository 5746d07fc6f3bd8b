import type { CollectionDescription, CollectionOptions } from '../api/collection.ts';
import type { Database } from '../api/database.ts';
import type { IndexChoice } from '../api/index-options.ts';
import type { MigrationEndDescription, MigrationLoss, MigrationPlan } from '../api/migration.ts';
import { VecinoError } from '../base/errors.ts';
import { quantity } from '../base/quantity.ts';
import { CollectionEnd, describeEnd } from './collection-end.ts';
import type { EndSettings, ReadableEnd } from './end.ts';
import { keepsNames, partsOfFormat, WRITTEN_FORMATS, type WrittenFormat } from './file-format.ts';
import { isThere } from './file-target.ts';
import { CONTENT_PARTS } from './fingerprint.ts';
import { fitSettings } from './fit.ts';
import { type EndPlace, Journal, type JournalEntry, journalPath } from './journal.ts';
import { findCollection, hold, nameOfTarget, type OpenSource, placeOf } from './open-ends.ts';
import type { Persistence } from './persistence.ts';
import { project } from './project.ts';
import type { FileEnd, OpenEnd, PlaceEnd, ReadEnd } from './read-ends.ts';
import { requireSameVectors } from './same-vectors.ts';

/** What decides about the target. */
export interface Wishes {
  readonly field: string | undefined;
  readonly index: IndexChoice | undefined;
  readonly merge: boolean;
  readonly restart: boolean;
  readonly journal: string | undefined;
}

/** Everything that is known before anything is written. */
export interface Prepared {
  readonly plan: MigrationPlan;
  /** The source as the target sees it: with one vector, where that has no names. */
  readonly source: ReadableEnd;
  readonly settings: EndSettings;
  readonly target: PreparedTarget;
  readonly journal: Journal | undefined;
  /** Where an earlier call has ended. */
  readonly entry: JournalEntry | undefined;
}

export type PreparedTarget =
  | { readonly kind: 'file'; readonly read: FileEnd; readonly format: WrittenFormat }
  | {
      readonly kind: 'collection';
      readonly read: PlaceEnd | OpenEnd;
      readonly name: string;
      /** With which it is made; undefined where it is there. */
      readonly options: CollectionOptions | undefined;
    };

/** Looks at both ends, refuses what cannot be done, and says what will be. Nothing is written. */
export async function prepare(
  from: { readonly read: ReadEnd; readonly opened: OpenSource },
  to: ReadEnd,
  wishes: Wishes,
  persistence: Persistence,
): Promise<Prepared> {
  return to.kind === 'file'
    ? prepareFile(from.opened, to, wishes)
    : prepareCollection(from, to, wishes, persistence);
}

async function prepareFile(opened: OpenSource, to: FileEnd, wishes: Wishes): Promise<Prepared> {
  const format = WRITTEN_FORMATS.find((known) => known === to.format);
  if (!format) throw notWritten(to);
  if (wishes.index !== undefined) {
    throw new VecinoError('OPTION_INVALID', `migrate: ${to.file} has no index; leave the option index out`, {
      details: { option: 'index' },
    });
  }
  const projected = project(
    opened,
    wishes.field,
    !keepsNames(format),
    `a .${format} has one vector a record`,
  );
  const journal = new Journal(wishes.journal ?? `${to.file}.part.json`);
  const entry = wishes.restart ? undefined : await journal.read(projected.source.identity);
  if (await isThere(to.file)) throw fileIsThere(to.file);
  const losses = [...projected.losses, ...lossesOfFile(format, projected.source.parts)];
  const description = { location: to.file, engine: format };
  const plan = await planOf(projected.source, description, { creates: true, losses, entry });
  return { ...projected, plan, target: { kind: 'file', read: to, format }, journal, entry };
}

async function prepareCollection(
  { read, opened }: { readonly read: ReadEnd; readonly opened: OpenSource },
  to: PlaceEnd | OpenEnd,
  wishes: Wishes,
  persistence: Persistence,
): Promise<Prepared> {
  const name = nameOfTarget(to, read, opened.collection);
  await using peeked = await peek(to, persistence);
  const database = peeked?.database;
  const existing = database && (await persistence.run(() => findCollection(database, name)));
  const thing = `the target's collection "${name}" has one vector a record`;
  const projected = project(opened, wishes.field, existing !== undefined && !existing.vectors, thing);
  if (existing) requireSameVectors(existing, projected.settings);
  if (existing && wishes.index !== undefined) throw indexOfExisting(name);
  const fit = existing ? undefined : fitSettings(database, name, projected.settings, wishes.index);
  const place = placeOf(to, database, name);
  requireOthers({ read, place: opened.place }, { read: to, place });
  await requireNamespaces(opened.collection, database);
  const isVolatile = [place, opened.place].some(({ location }) => location === ':memory:');
  const path = wishes.journal ?? (isVolatile ? undefined : journalPath(opened.place, place));
  const journal = path === undefined ? undefined : new Journal(path);
  const known = existing && (await resumable(journal, projected.source, database, existing, persistence));
  // Who has begun it may begin it anew: what is there came from here.
  if (existing && existing.records > 0 && !wishes.merge && !known) throw notEmpty(existing, place);
  const entry = wishes.restart ? undefined : known;
  const description = database
    ? describeEnd(database, name)
    : { location: place.location, collection: name, engine: 'Vecino' };
  const losses = [...projected.losses, ...(fit?.losses ?? []), ...weaknesses(database)];
  const plan = await planOf(projected.source, description, { creates: !existing, losses, entry });
  const target = { kind: 'collection', read: to, name, options: fit?.options } as const;
  return { ...projected, plan, target, journal, entry };
}

/**
 * The target's database as it is, for reading; undefined for a folder that is not there. An engine elsewhere that has nothing
 * of ours yet is given its tables, without which it does not say what it lacks.
 */
async function peek(to: PlaceEnd | OpenEnd, persistence: Persistence) {
  try {
    return await hold(to, { readOnly: true, create: false }, persistence);
  } catch (error) {
    if (!(error instanceof VecinoError) || error.code !== 'STORE_NOT_FOUND') throw error;
    if (to.kind === 'place' && !to.location.includes('://')) return undefined;
    return hold(to, {}, persistence);
  }
}

/** What an earlier call has noted, where the target is still the one that it wrote to. */
async function resumable(
  journal: Journal | undefined,
  source: ReadableEnd,
  database: Database | undefined,
  { name }: CollectionDescription,
  persistence: Persistence,
): Promise<JournalEntry | undefined> {
  const entry = await journal?.read(source.identity);
  if (!entry?.last || !database) return entry;
  const { namespace, id } = entry.last;
  const target = await CollectionEnd.open(database, name, persistence);
  const [there] = await target.lookUp(namespace ?? undefined, [id]);
  if (there) return entry;
  // Gone from both, it was removed, and says nothing about the target.
  const [before] = (await source.lookUp?.(namespace ?? undefined, [id])) ?? [];
  return before ? undefined : entry;
}

async function planOf(
  source: ReadableEnd,
  to: MigrationEndDescription,
  {
    creates,
    losses,
    entry,
  }: {
    readonly creates: boolean;
    readonly losses: readonly MigrationLoss[];
    readonly entry: JournalEntry | undefined;
  },
): Promise<MigrationPlan> {
  const { description: from } = source;
  return { from, to, records: await source.count(), creates, resumesAfter: entry?.records ?? 0, losses };
}

/** What the engine keeps less well than the source, whatever the settings. */
function weaknesses(database: Database | undefined): MigrationLoss[] {
  const because = database?.capabilities.weaker.exactVectors;
  return because === undefined ? [] : [{ what: 'the last bits of vectors', because }];
}

function notEmpty({ name, records }: CollectionDescription, { location }: EndPlace): VecinoError {
  return new VecinoError(
    'TARGET_NOT_EMPTY',
    `migrate: the collection "${name}" of "${location}" has ${quantity(records, 'record')}, expected none; drop it, name another one behind a #, or give merge to write among them`,
    { details: { collection: name, expected: 0, received: records } },
  );
}

function indexOfExisting(name: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `migrate: the collection "${name}" is there and has its index; leave the option index out, and change it with reindex`,
    { details: { option: 'index' } },
  );
}

function fileIsThere(file: string): VecinoError {
  return new VecinoError(
    'TARGET_NOT_EMPTY',
    `migrate: ${file} is there already; remove it, or name another file`,
    {
      details: { file },
    },
  );
}

function notWritten({ file, format }: FileEnd): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `migrate: ${file}: .${format} files are read and not written, expected one of ${WRITTEN_FORMATS.join(', ')}`,
    { details: { file, expected: WRITTEN_FORMATS, received: format } },
  );
}

interface PlacedEnd {
  readonly read: ReadEnd;
  readonly place: EndPlace;
}

/** A collection that is copied into itself grows behind its own reader, without an end. */
function requireOthers(from: PlacedEnd, to: PlacedEnd): void {
  // Databases in memory all have the same name, and others of the same name may lie in other schemas.
  const isOther =
    from.read.kind === 'open' && to.read.kind === 'open' && from.read.database !== to.read.database;
  const { location, collection, part } = from.place;
  if (isOther || location !== to.place.location || collection !== to.place.collection) return;
  const areBothKnown = from.read.kind !== 'open' && to.read.kind !== 'open';
  if (areBothKnown && part !== to.place.part) return;
  throw new VecinoError('OPTION_INVALID', 'migrate: both ends are the same; name another target', {
    details: { expected: 'two ends', received: 'one' },
  });
}

/** Without namespaces, records of the same id in two of them would be one. */
async function requireNamespaces(
  source: CollectionEnd | undefined,
  database: Database | undefined,
): Promise<void> {
  const lacking = database?.capabilities.unsupported.namespaces;
  if (lacking === undefined || !source) return;
  const names = (await source.namespaces()).filter((name) => name !== undefined);
  if (names.length === 0) return;
  throw new VecinoError(
    'UNSUPPORTED',
    `migrate: the source has ${quantity(names.length, 'namespace')}, and ${database?.capabilities.engine} has none; ${lacking}`,
    { details: { capability: 'namespaces', received: names.length } },
  );
}

function lossesOfFile(format: WrittenFormat, parts: ReadableEnd['parts']): MigrationLoss[] {
  const because = `a .${format} has ${format === 'npy' || format === 'fvecs' ? 'vectors only' : 'records only'}`;
  const kept = partsOfFormat(format);
  const lost = CONTENT_PARTS.filter((part) => parts.has(part) && !kept.has(part));
  return [
    { what: 'metric, index and model of the collection', because },
    ...(lost.length === 0 ? [] : [{ what: `${lost.join(', ')} and namespaces of records`, because }]),
  ];
}
