import { Option } from 'commander';
import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { quoted } from '../base/options.ts';
import { endpointSource, recordedOpenai } from './embedding/endpoint-source.ts';
import { type KnownEmbedder, packageSource } from './embedding/package-source.ts';
import type { EmbeddingSource, Identity } from './embedding/source.ts';

/** The embedding functions of packages that users install. */
const KNOWN: Readonly<Record<string, KnownEmbedder>> = {
  minilm: { name: 'all-MiniLM-L6-v2', package: '@vecino/minilm', make: 'minilm' },
};

const FORMS = `${Object.keys(KNOWN).join(', ')}, openai:<model> or <url>#<model>`;

export function embeddingFlag(): Option {
  return new Option('--embedding <model>', `Make vectors of texts with this model: ${FORMS}.`);
}

type KnownIdentity = Identity & Pick<EmbeddingFunction, 'variant'>;

interface EmbedderOptions {
  readonly signal?: AbortSignal | undefined;
  /** What the collection was embedded with, if it was. */
  readonly recorded?: Identity | undefined;
}

/**
 * An embedding function that is loaded when the first text comes, and whose work an interrupt ends. So a collection
 * opens, and stores vectors that are given, also where a package is not installed or a key is not there.
 */
export class Embedder implements EmbeddingFunction {
  readonly name: string;
  readonly dimension: number;
  readonly variant?: string;
  private readonly source: EmbeddingSource;
  private readonly signal: AbortSignal | undefined;
  private loading: Promise<EmbeddingFunction> | undefined;

  private constructor(source: EmbeddingSource, identity: KnownIdentity, signal: AbortSignal | undefined) {
    this.source = source;
    this.name = identity.name;
    this.dimension = identity.dimension;
    if (identity.variant !== undefined) this.variant = identity.variant;
    this.signal = signal;
  }

  /**
   * By what `--embedding` says.
   *
   * @throws OPTION_INVALID where that is nothing that we know, EMBEDDING_MISSING where a package is not installed or
   * a key is not there, the errors of an endpoint that is asked for its dimension
   */
  static async named(text: string, { signal, recorded }: EmbedderOptions = {}): Promise<Embedder> {
    const known = KNOWN[text];
    const source = known === undefined ? endpointSource(text) : packageSource(known);
    if (source === undefined) throw unknownEmbedder(text);
    const loaded = await source.load(recorded);
    const embedder = new Embedder(source, loaded, signal);
    embedder.loading = Promise.resolve(loaded);
    return embedder;
  }

  /** The function of the identity that a collection recorded; undefined where it is not one that we know. */
  static recorded(identity: Identity, signal?: AbortSignal): Embedder | undefined {
    const known = Object.values(KNOWN).find(({ name }) => name === identity.name);
    if (known) return new Embedder(packageSource(known), identity, signal);
    const openai = recordedOpenai(identity);
    return openai && new Embedder({ load: async () => openai }, openai, signal);
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<readonly ArrayLike<number>[]> {
    const signals = [this.signal, options.signal].filter((signal) => signal !== undefined);
    const model = await this.load();
    return model.embed(texts, { ...options, signal: AbortSignal.any(signals) });
  }

  /** `EMBEDDING_MISSING` where the package is not installed, or the key is not there. */
  load(): Promise<EmbeddingFunction> {
    this.loading ??= this.source.load(this);
    return this.loading;
  }

  async close(): Promise<void> {
    const model = await this.loading?.catch(() => undefined);
    await model?.close?.();
  }
}

function unknownEmbedder(text: string): VecinoError {
  // An address may hold a secret.
  const received = text.includes('://') ? 'an address without #<model>' : quoted(text);
  const hint = didYouMean(text, Object.keys(KNOWN));
  return new VecinoError('OPTION_INVALID', `--embedding is ${received}, expected ${FORMS}${hint}`, {
    details: { option: 'embedding', expected: FORMS, received },
  });
}
