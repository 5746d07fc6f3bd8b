import type { IndexChoice } from '../api/index-options.ts';
import {
  MIGRATE_OPTIONS,
  type MigrateOptions,
  type MigrationEnd,
  VERIFY_MIGRATION_OPTIONS,
  type VerifyMigrationOptions,
} from '../api/migration.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, readOptions } from '../base/options.ts';
import { type ReadEnd, readEnd } from './read-ends.ts';
import type { VerifySettings } from './verify.ts';

/** The call of a comparison, validated. */
export interface ReadVerification {
  readonly from: ReadEnd;
  readonly to: ReadEnd;
  readonly retries: number;
  readonly verifying: Omit<VerifySettings, 'merge'>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: VerifyMigrationOptions['onProgress'];
}

/** The call of a migration, validated. */
export interface ReadMigration extends ReadVerification {
  readonly merge: boolean;
  readonly restart: boolean;
  readonly writers: number;
  readonly batch: number;
  readonly metric: Metric | undefined;
  readonly index: IndexChoice | undefined;
  readonly skipVerification: boolean;
  readonly journal: string | undefined;
  readonly onPlan: MigrateOptions['onPlan'];
}

export function readMigration(
  from: MigrationEnd,
  to: MigrationEnd,
  options: MigrateOptions | undefined,
): ReadMigration {
  const thing = 'migrate';
  const read = readOptions<MigrateOptions>(thing, MIGRATE_OPTIONS, options);
  const { journal, onPlan, metric, index } = read;
  if (journal !== undefined && (typeof journal !== 'string' || journal === '')) {
    throw wrong(thing, 'journal', 'the name of a file', journal);
  }
  requireFunction(thing, 'onPlan', onPlan);
  return {
    ...readCommon(thing, from, to, read),
    merge: read.merge ?? MIGRATE_OPTIONS.merge.default,
    restart: read.restart ?? MIGRATE_OPTIONS.restart.default,
    writers: read.writers ?? MIGRATE_OPTIONS.writers.default,
    batch: read.batch ?? MIGRATE_OPTIONS.batch.default,
    skipVerification: read.skipVerification ?? MIGRATE_OPTIONS.skipVerification.default,
    ...{ metric, index, journal, onPlan },
  };
}

export function readVerification(
  from: MigrationEnd,
  to: MigrationEnd,
  options: VerifyMigrationOptions | undefined,
): ReadVerification {
  const thing = 'verify a migration';
  const read = readOptions<VerifyMigrationOptions>(thing, VERIFY_MIGRATION_OPTIONS, options);
  return readCommon(thing, from, to, read);
}

function readCommon(
  thing: string,
  from: MigrationEnd,
  to: MigrationEnd,
  { field, signal, onProgress, open, ...numbers }: VerifyMigrationOptions,
): ReadVerification {
  if (field !== undefined && (typeof field !== 'string' || field === '')) {
    throw wrong(thing, 'field', 'the name of a vector', field);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw wrong(thing, 'signal', 'an AbortSignal', signal);
  requireFunction(thing, 'onProgress', onProgress);
  const { retries, queries, differencesMax, seed } = VERIFY_MIGRATION_OPTIONS;
  return {
    from: readEnd(`${thing}: the source`, from, open),
    to: readEnd(`${thing}: the target`, to, open),
    retries: numbers.retries ?? retries.default,
    verifying: {
      field,
      queries: numbers.queries ?? queries.default,
      differencesMax: numbers.differencesMax ?? differencesMax.default,
      seed: numbers.seed ?? seed.default,
    },
    ...{ signal, onProgress },
  };
}

function requireFunction(thing: string, option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw wrong(thing, option, 'a function', value);
}

function wrong(thing: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}
