import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import { VecinoError } from '../base/errors.ts';

/** Runs a collection's embedding and checks what came back: a wrong count or dimension is not ours to repair. */
export async function embed(
  thing: string,
  embedding: EmbeddingFunction,
  texts: readonly string[],
  kind: NonNullable<EmbedOptions['kind']>,
): Promise<readonly ArrayLike<number>[]> {
  let vectors: readonly ArrayLike<number>[];
  try {
    vectors = await embedding.embed(texts, { kind });
  } catch (cause) {
    if (cause instanceof VecinoError) throw cause;
    throw new VecinoError(
      'EMBEDDING_FAILED',
      `${thing}: embedding "${embedding.name}" failed for ${texts.length} texts: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, details: { embedding: embedding.name } },
    );
  }
  if (vectors.length !== texts.length) {
    throw wrong(
      thing,
      embedding,
      `${vectors.length} vectors for ${texts.length} texts`,
      texts.length,
      vectors.length,
    );
  }
  const odd = vectors.find((vector) => vector.length !== embedding.dimension);
  if (odd) {
    throw wrong(
      thing,
      embedding,
      `${odd.length} dimensions, declared are ${embedding.dimension}`,
      embedding.dimension,
      odd.length,
    );
  }
  return vectors;
}

function wrong(
  thing: string,
  embedding: EmbeddingFunction,
  what: string,
  expected: number,
  received: number,
): VecinoError {
  return new VecinoError(
    'EMBEDDING_FAILED',
    `${thing}: embedding "${embedding.name}" answered ${what}; check its implementation`,
    { details: { embedding: embedding.name, expected, received } },
  );
}
