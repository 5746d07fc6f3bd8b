import { InvalidArgumentError, Option } from 'commander';
import type { CollectionDescription, CollectionOptions } from '../api/collection.ts';
import type { VectorFieldOptions } from '../api/vector-field.ts';
import { Embedder } from './embedder.ts';
import { namesIn } from './flags.ts';

/** Named vectors, and the models that make them. */
export interface ModelledVectors {
  readonly vectors: NonNullable<CollectionOptions['vectors']>;
  readonly models: readonly Embedder[];
}

/** A flag for calls that are about one of several named vectors. */
export function fieldFlag(): Option {
  return new Option('--field <name>', 'Which of several named vectors.');
}

/** The same for searches, which fuse several. */
export function fieldsFlag(): Option {
  const about = 'Which of several named vectors; several with commas between, whose rankings become one.';
  return new Option('--field <names>', about).argParser((text) => {
    const names = namesIn(text);
    return names.length === 1 ? names[0] : names;
  });
}

/** Named vectors of a new collection, an embedding by its name. */
export function vectorsFlag(): Option {
  const about =
    'Several vectors a record of a new collection, by name, such as \'{"title":{"embedding":"minilm","text":"title"},"image":{"dimension":512}}\'.';
  return new Option('--vectors <json>', about).argParser((text) => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    } catch {
      // Said below, as what is no object.
    }
    throw new InvalidArgumentError('Expected a JSON object of options by name.');
  });
}

/** The vectors of the flag, with models for the names of embeddings. */
export async function vectorsFrom(
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<ModelledVectors> {
  const models: Embedder[] = [];
  const vectors: Record<string, VectorFieldOptions> = {};
  for (const [name, options] of Object.entries(given)) {
    const { embedding, ...others } = Object(options) as { embedding?: unknown };
    if (typeof embedding !== 'string') {
      vectors[name] = options as VectorFieldOptions;
      continue;
    }
    const model = await Embedder.named(embedding, { signal });
    models.push(model);
    vectors[name] = { ...others, embedding: model };
  }
  return { vectors, models };
}

/** The named vectors that a collection has recorded models for which we know; of some of them only, where named. */
export function recordedVectors(
  { vectors = {} }: CollectionDescription,
  only?: readonly string[],
  signal?: AbortSignal,
): ModelledVectors {
  const models = Object.entries(vectors).flatMap(([name, { embedding }]) => {
    if (only && !only.includes(name)) return [];
    const model = embedding && Embedder.recorded(embedding, signal);
    return model ? [[name, model] as const] : [];
  });
  return {
    vectors: Object.fromEntries(models.map(([name, embedding]) => [name, { embedding }])),
    models: models.map(([, model]) => model),
  };
}
