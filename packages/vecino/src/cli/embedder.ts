import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Option } from 'commander';
import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import { VecinoError } from '../base/errors.ts';

interface KnownEmbedder {
  /** The identity that collections record. */
  readonly name: string;
  readonly package: string;
  /** The function that the package exports. */
  readonly make: string;
}

/** The embedding functions that a command line can have: packages of their own, installed by the user. */
const KNOWN: Readonly<Record<string, KnownEmbedder>> = {
  minilm: { name: 'all-MiniLM-L6-v2', package: '@vecino/minilm', make: 'minilm' },
};

export function embeddingFlag(): Option {
  return new Option('--embedding <name>', 'Make vectors of texts with this model.').choices(
    Object.keys(KNOWN),
  );
}

/** Something that was recorded with a collection. */
type Identity = Pick<EmbeddingFunction, 'name' | 'dimension'>;

/**
 * An embedding function that loads its package when the first text comes, and whose work an interrupt ends.
 * So a collection opens, and stores vectors that are given, also where the package is not installed.
 */
export class Embedder implements EmbeddingFunction {
  readonly name: string;
  readonly dimension: number;
  private readonly known: KnownEmbedder;
  private readonly signal: AbortSignal | undefined;
  private loading: Promise<EmbeddingFunction> | undefined;

  private constructor(known: KnownEmbedder, identity: Identity, signal: AbortSignal | undefined) {
    this.known = known;
    this.name = identity.name;
    this.dimension = identity.dimension;
    this.signal = signal;
  }

  /** By the name that `--embedding` takes. `EMBEDDING_MISSING` where its package is not installed. */
  static async named(name: string, signal?: AbortSignal): Promise<Embedder> {
    const known = KNOWN[name];
    if (known === undefined) throw unknownEmbedder(name);
    const loaded = await loadEmbedder(known);
    const embedder = new Embedder(known, loaded, signal);
    embedder.loading = Promise.resolve(loaded);
    return embedder;
  }

  /** The function of the identity that a collection recorded; undefined where it is not one that we know. */
  static recorded(identity: Identity, signal?: AbortSignal): Embedder | undefined {
    const known = Object.values(KNOWN).find(({ name }) => name === identity.name);
    return known === undefined ? undefined : new Embedder(known, identity, signal);
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<readonly ArrayLike<number>[]> {
    const signals = [this.signal, options.signal].filter((signal) => signal !== undefined);
    const model = await this.load();
    return model.embed(texts, { ...options, signal: AbortSignal.any(signals) });
  }

  /** `EMBEDDING_MISSING` where the package is not installed. */
  load(): Promise<EmbeddingFunction> {
    this.loading ??= loadEmbedder(this.known);
    return this.loading;
  }

  async close(): Promise<void> {
    const model = await this.loading?.catch(() => undefined);
    await model?.close?.();
  }
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

function unknownEmbedder(name: string): VecinoError {
  const known = Object.keys(KNOWN);
  return new VecinoError('OPTION_INVALID', `--embedding is "${name}", expected ${known.join(' or ')}`, {
    details: { expected: known, received: name },
  });
}
