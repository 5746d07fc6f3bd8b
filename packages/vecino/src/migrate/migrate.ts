import type {
  MigrateOptions,
  MigrationEnd,
  MigrationPlan,
  MigrationReport,
  MigrationVerification,
  VerifyMigrationOptions,
} from '../api/migration.ts';
import { migrateToCollection } from './migrate-to-collection.ts';
import { migrateToFile } from './migrate-to-file.ts';
import { type OpenSource, openSource } from './open-ends.ts';
import { Pace } from './pace.ts';
import { Persistence } from './persistence.ts';
import { type Prepared, prepare } from './prepare.ts';
import { project } from './project.ts';
import {
  type ReadMigration,
  type ReadVerification,
  readMigration,
  readVerification,
} from './read-options.ts';
import { NAMELESS } from './record.ts';
import { requireSameVectors } from './same-vectors.ts';
import { verifyEnds, type Work } from './verify.ts';

/**
 * Copies a collection from one place to another, or from and to files: records with their vectors, documents, metadata,
 * expiries and namespaces, and the collection's settings as far as the target has such things. Memory holds some pages
 * of records, however many there are. Killed at any moment and called again, it goes on where it was; called again after it
 * has ended, it brings what has changed since. Nothing is removed but what the source has removed.
 *
 * In the end both sides are compared: by sums over all of their records, record by record where these differ, and by what
 * searches find. That they are not equal is no error: `verification.equal` tells.
 *
 * @throws TARGET_NOT_EMPTY where the target has records that are not from an earlier call, without `merge`;
 * COLLECTION_MISMATCH where it has other vectors; UNSUPPORTED where its engine cannot hold what the records mean (namespaces,
 * several vectors); FIELD_REQUIRED, FIELD_UNKNOWN; COLLECTION_NOT_FOUND of the source; INPUT_UNREADABLE and INPUT_MALFORMED
 * of files; OUTPUT_UNWRITABLE of files and the journal; PACKAGE_MISSING; CANCELLED by `signal`; the errors of `open`, of
 * writes, and of the options
 *
 * @example
 * ```ts
 * import { migrate } from 'vecino/migrate';
 *
 * const { written, verification } = await migrate('./library#books', 'postgres://user:password@host/database', {
 *   onPlan: ({ losses }) => losses.forEach(({ what, because }) => console.log('stays behind:', what, because)),
 * });
 * console.log(written, verification?.equal);
 * ```
 */
export async function migrate(
  from: MigrationEnd,
  to: MigrationEnd,
  options?: MigrateOptions,
): Promise<MigrationReport> {
  const read = readMigration(from, to, options);
  const work = workOf(read);
  await using opened = await openFor(read, work);
  const prepared = await prepareFor(read, opened, work);
  await read.onPlan?.(prepared.plan);
  work.persistence.requireGoing();
  const job = {
    ...{ opened, prepared, work },
    ...{ writers: read.writers, batch: read.batch, skipVerification: read.skipVerification },
    ...{ verifying: { ...read.verifying, merge: read.merge }, signal: read.signal },
  };
  const { target } = prepared;
  const done =
    target.kind === 'file'
      ? await migrateToFile(job, target.read.file, target.format)
      : await migrateToCollection(job, target);
  return { ...prepared.plan, ...done, retried: work.persistence.retried };
}

/**
 * What `migrate` would do, and what the target lacks. No record is read or written; an engine elsewhere that has nothing of
 * ours yet is given its tables, without which it does not say what it lacks.
 *
 * @throws as `migrate` before it writes anything
 */
export async function planMigration(
  from: MigrationEnd,
  to: MigrationEnd,
  options?: MigrateOptions,
): Promise<MigrationPlan> {
  const read = readMigration(from, to, options);
  const work = workOf(read);
  await using opened = await openFor(read, work);
  return (await prepareFor(read, opened, work)).plan;
}

/**
 * Compares two ends that are there, and changes nothing.
 *
 * @throws COLLECTION_NOT_FOUND, INPUT_UNREADABLE and INPUT_MALFORMED of either end; FIELD_REQUIRED, FIELD_UNKNOWN;
 * COLLECTION_MISMATCH where vectors have different names; CANCELLED by `signal`; the errors of `open` and of the options
 *
 * @example
 * ```ts
 * const { equal, differing, differences } = await verifyMigration('./library#books', 'postgres://host/database#books');
 * if (!equal) console.log(differing, differences);
 * ```
 */
export async function verifyMigration(
  from: MigrationEnd,
  to: MigrationEnd,
  options?: VerifyMigrationOptions,
): Promise<MigrationVerification> {
  const read = readVerification(from, to, options);
  const work = workOf(read);
  await using source = await openSource(read.from, { metric: undefined, orderBy: 'seq' }, work.persistence);
  await using target = await openSource(read.to, { metric: undefined, orderBy: 'seq' }, work.persistence);
  const { field } = read.verifying;
  const why = `the target's collection "${target.collection?.name}" has one vector a record`;
  const projected = project(source, field, target.settings.fields.has(NAMELESS), why);
  if (target.collection)
    requireSameVectors(await target.collection.collection.describe(), projected.settings);
  const ends = {
    source: projected.source,
    target: target.end,
    searchable: { source: source.collection, target: target.collection },
  };
  // Awaited here: the ends are closed when this returns.
  return await verifyEnds(ends, { ...read.verifying, merge: false }, work);
}

function openFor({ from, to, metric }: ReadMigration, { persistence }: Work): Promise<OpenSource> {
  return openSource(from, { metric, orderBy: to.kind === 'file' ? 'id' : 'seq' }, persistence);
}

function prepareFor(read: ReadMigration, opened: OpenSource, { persistence }: Work): Promise<Prepared> {
  const { verifying, index, merge, restart, journal } = read;
  const wishes = { field: verifying.field, index, merge, restart, journal };
  return prepare({ read: read.from, opened }, read.to, wishes, persistence);
}

function workOf({ retries, signal, onProgress }: ReadVerification): Work {
  return { pace: new Pace(onProgress), persistence: new Persistence(retries, signal) };
}
