import type { EmbeddingFunction } from '../../api/embedding.ts';
import { VecinoError } from '../../base/errors.ts';
import { importInstalled } from '../optional-package.ts';
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

/** What the package makes: a model of texts, or of whatever the caller knows it to be one. */
export async function loadEmbedder<Model = EmbeddingFunction>(known: KnownEmbedder): Promise<Model> {
  const module = await importInstalled(known.package, (why, cause) => missing(known, why, cause));
  const make = module[known.make];
  if (typeof make !== 'function') throw missing(known, `it exports no function "${known.make}"`);
  return (make as () => Model)();
}

function missing(known: KnownEmbedder, why: string, cause?: unknown): VecinoError {
  return new VecinoError(
    'EMBEDDING_MISSING',
    `the embedding "${known.name}" needs the package ${known.package} (${why}): npm install ${known.package}`,
    { details: { embedding: known.name, package: known.package }, cause },
  );
}
