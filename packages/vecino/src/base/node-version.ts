import { VecinoError } from './errors.ts';

/** The oldest Node that ships `node:sqlite` without a flag. */
const REQUIRED = [22, 13] as const;

/**
 * Throws one clear sentence on a Node that cannot run Vecino.
 *
 * Imported first by every entry point, and free of imports that an old Node lacks, so that the user
 * reads this sentence rather than `ERR_UNKNOWN_BUILTIN_MODULE`.
 */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > REQUIRED[0] || (major === REQUIRED[0] && minor >= REQUIRED[1])) return;
  throw new VecinoError(
    'NODE_TOO_OLD',
    `vecino needs Node ${REQUIRED.join('.')} or newer (this is ${version}), because its storage is Node's own SQLite; install a current Node from https://nodejs.org`,
    { details: { expected: `>=${REQUIRED.join('.')}`, received: version } },
  );
}
