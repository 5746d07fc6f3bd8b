import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../api/metadata.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import type { FileFormat, WrittenFormat } from './file-format.ts';

const PACKAGE = '@vecino/vector-files';

/** What is needed of the package, which is no dependency of ours. */
export interface VectorFiles {
  readonly openVectorFile: (
    path: string,
    options: { readonly format: FileFormat; readonly dataset?: string },
  ) => Promise<OpenVectorFile>;
  readonly writeVectorFile: (
    path: string,
    rows: AsyncIterable<readonly VectorFileRow[]>,
    options: {
      readonly format: Exclude<WrittenFormat, 'jsonl'>;
      readonly dimension: number;
      readonly textFields: readonly string[];
    },
  ) => Promise<number>;
}

export interface OpenVectorFile extends AsyncDisposable {
  readonly count: number | undefined;
  readonly metric: Metric | undefined;
  batches(first: number): AsyncGenerator<readonly VectorFileRow[]>;
}

export interface VectorFileRow {
  readonly id?: string;
  readonly vector?: Float32Array;
  readonly document?: string;
  readonly metadata?: JsonObject;
}

/** The package beside us, or that of the folder where the program runs; `PACKAGE_MISSING` says how to install it. */
export async function loadVectorFiles(file: string): Promise<VectorFiles> {
  const parents = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];
  for (const parent of parents) {
    const path = resolveFrom(parent);
    if (path !== undefined) return (await import(pathToFileURL(path).href)) as VectorFiles;
  }
  throw new VecinoError(
    'PACKAGE_MISSING',
    `migrate: ${file} needs the package ${PACKAGE}, which is not installed: npm install ${PACKAGE}`,
    { details: { package: PACKAGE, file } },
  );
}

function resolveFrom(parent: string): string | undefined {
  try {
    return createRequire(parent).resolve(PACKAGE);
  } catch {
    return undefined;
  }
}
