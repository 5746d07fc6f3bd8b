import type { MigrateOptions, MigrationReport } from '../api/migration.ts';
import type { OpenSource } from './open-ends.ts';
import type { Prepared } from './prepare.ts';
import type { VerifySettings, Work } from './verify.ts';

/** A migration that has been looked at and may begin. */
export interface Job {
  readonly opened: OpenSource;
  readonly prepared: Prepared;
  readonly writers: number;
  readonly batch: number;
  readonly skipVerification: boolean;
  readonly verifying: VerifySettings;
  readonly signal: MigrateOptions['signal'];
  readonly work: Work;
}

/** What a job has done, beside what was planned. */
export type Done = Omit<MigrationReport, keyof Prepared['plan'] | 'retried'>;

/** Seconds since a moment, and what that makes a second. */
export function rateOf(records: number, sinceMs: number): Pick<Done, 'seconds' | 'recordsPerSecond'> {
  const seconds = (performance.now() - sinceMs) / 1_000;
  return { seconds, recordsPerSecond: seconds > 0 ? records / seconds : 0 };
}
