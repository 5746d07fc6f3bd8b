import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ERROR_CATALOGUE, type ErrorCode } from '../base/error-catalogue.ts';
import { VecinoError } from '../base/errors.ts';

/**
 * A package that a command needs and that comes by itself: the one beside us, or that of the folder where the command
 * runs, because `npx vecino` brings only itself. `PACKAGE_MISSING` says how to install it.
 */
export function importOptional(name: string, command: string): Promise<Readonly<Record<string, unknown>>> {
  return importInstalled(
    name,
    (why, cause) =>
      new VecinoError(
        'PACKAGE_MISSING',
        `vecino ${command} needs the package ${name} (${why}): npm install ${name}`,
        { details: { command, package: name }, cause },
      ),
  );
}

/** @param missing what is thrown where it is not there, and why */
export async function importInstalled(
  name: string,
  missing: (why: string, cause?: unknown) => VecinoError,
): Promise<Readonly<Record<string, unknown>>> {
  const parents = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];
  for (const parent of parents) {
    const path = resolveFrom(parent, name);
    if (path === undefined) continue;
    try {
      return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    } catch (cause) {
      throw missing('it is installed, but does not load', cause);
    }
  }
  throw missing('it is not installed');
}

/**
 * An error that a package threw on purpose, as one of ours: it may have a copy of `vecino` of its own, whose class is
 * another one. Everything else stays what it is.
 */
export function ownError(error: unknown): unknown {
  if (error instanceof VecinoError || !(error instanceof Error) || error.name !== 'VecinoError') return error;
  const { code, details } = error as Partial<VecinoError>;
  if (code === undefined || !isKnown(code)) return error;
  return new VecinoError(code, error.message, { ...(details && { details }), cause: error });
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

function resolveFrom(parent: string, name: string): string | undefined {
  try {
    return createRequire(parent).resolve(name);
  } catch {
    return undefined;
  }
}
