import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { redact, redactedCause } from '../base/redact.ts';

/** A vector whose length is right; whether it holds numbers nobody has looked yet. */
export type Embedded = Float32Array | readonly unknown[];

/**
 * Runs a collection's embedding and checks what came back: it is the caller's code, and a wrong count or
 * dimension is not ours to repair. What is left to `readVector` are the numbers themselves.
 */
export async function ask(
  thing: string,
  embedding: EmbeddingFunction,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<readonly Embedded[]> {
  const expected = `${texts.length} vectors of ${embedding.dimension} numbers`;
  const answer = await answerOf(thing, embedding, texts, options);
  if (!Array.isArray(answer)) throw wrong(thing, embedding, expected, describeValue(answer));
  if (answer.length !== texts.length) throw wrong(thing, embedding, expected, `${answer.length} vectors`);
  return Array.from(answer, (vector: unknown, i) => {
    const which = `for text ${i} of ${texts.length}`;
    if (!isArrayLike(vector)) throw wrong(thing, embedding, expected, `${describeValue(vector)} ${which}`);
    if (vector.length !== embedding.dimension) {
      throw wrong(thing, embedding, expected, `a vector of ${vector.length} dimensions ${which}`);
    }
    return vector instanceof Float32Array || Array.isArray(vector) ? vector : Array.from(vector);
  });
}

async function answerOf(
  thing: string,
  embedding: EmbeddingFunction,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<unknown> {
  try {
    return await embedding.embed(texts, options);
  } catch (cause) {
    if (cause instanceof VecinoError) throw cause;
    // Who makes embeddings elsewhere may repeat the key that he was sent.
    const reason = cause instanceof Error ? redact(cause.message) : describeValue(cause);
    throw new VecinoError(
      'EMBEDDING_FAILED',
      `${thing}: embedding "${embedding.name}" failed for ${texts.length} ${texts.length === 1 ? 'text' : 'texts'}: ${reason}`,
      { cause: redactedCause(cause), details: { embedding: embedding.name, texts: texts.length } },
    );
  }
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

function wrong(thing: string, embedding: EmbeddingFunction, expected: string, received: string): VecinoError {
  return new VecinoError(
    'EMBEDDING_FAILED',
    `${thing}: embedding "${embedding.name}" answered ${received}, expected ${expected}; check its implementation`,
    { details: { embedding: embedding.name, expected, received } },
  );
}
