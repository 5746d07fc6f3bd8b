/**
 * From one place to another: collections of any engine, and files.
 *
 * @packageDocumentation
 */
export type {
  ContentChecksum,
  MigrateOptions,
  MigrationDifference,
  MigrationEnd,
  MigrationEndDescription,
  MigrationLoss,
  MigrationPlace,
  MigrationPlan,
  MigrationProgress,
  MigrationRecall,
  MigrationReport,
  MigrationVerification,
  OpenedPlace,
  VerifyMigrationOptions,
} from './api/migration.ts';
export { migrate, planMigration, verifyMigration } from './migrate/migrate.ts';
