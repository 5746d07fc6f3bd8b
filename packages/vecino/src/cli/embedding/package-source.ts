import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmbeddingFunction } from '../../api/embedding.ts';
import { VecinoError } from '../../base/errors.ts';
import type { EmbeddingSource } from './source.ts';

export interface KnownEmbedder {
  /** The identity that collections record. */
  readonly name: string;
  readonly package: string;
  /** The function that the package exports. */
  readonly make: string;
}

/** A package that the user has installed. `load` throws EMBEDDING_MISSING where it is not. */
export function packageSource(known: KnownEmbedder): EmbeddingSource {
  return { load: () => loadEmbedder(known) };
}

async function loadEmbedder(known: KnownEmbedder): Promise<EmbeddingFunction> {
  const module = new Map<string, unknown>(Object.entries(await importPackage(known)));
  const make = module.get(known.make);
  if (typeof make !== 'function') throw missing(known, `it exports no function "${known.make}"`);
  return (make as () => EmbeddingFunction)();
}

/** The package beside us, or the one of the folder where the command runs: `npx vecino` brings only itself. */
async function importPackage(known: KnownEmbedder): Promise<object> {
  const parents = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];
  for (const parent of parents) {
    const path = resolveFrom(parent, known.package);
    if (path === undefined) continue;
    try {
      return (await import(pathToFileURL(path).href)) as object;
    } catch (cause) {
      throw missing(known, 'it is installed, but does not load', cause);
    }
  }
  throw missing(known, 'it is not installed');
}

function resolveFrom(parent: string, name: string): string | undefined {
  try {
    return createRequire(parent).resolve(name);
  } catch {
    return undefined;
  }
}

function missing(known: KnownEmbedder, why: string, cause?: unknown): VecinoError {
  return new VecinoError(
    'EMBEDDING_MISSING',
    `the embedding "${known.name}" needs the package ${known.package} (${why}): npm install ${known.package}`,
    { details: { embedding: known.name, package: known.package }, cause },
  );
}
