import type { EmbeddingFunction } from '../api/embedding.ts';
import type { Embedding, ImageEmbedding } from '../api/image.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { redact, redactedCause } from '../base/redact.ts';

/** A vector whose length is right; whether it holds numbers nobody has looked yet. */
export type Embedded = Float32Array | readonly unknown[];

export function takesTexts(embedding: Embedding | undefined): embedding is EmbeddingFunction {
  return typeof (embedding as Partial<EmbeddingFunction> | undefined)?.embed === 'function';
}

export function takesImages(embedding: Embedding | undefined): embedding is ImageEmbedding {
  return typeof (embedding as Partial<ImageEmbedding> | undefined)?.embedImages === 'function';
}

/** What a model is to make vectors of. */
export interface Commission {
  readonly embedding: Embedding;
  readonly noun: 'text' | 'picture';
  readonly count: number;
}

/**
 * Runs a collection's embedding and checks what came back: it is the caller's code, and a wrong count or
 * dimension is not ours to repair. What is left to `readVector` are the numbers themselves.
 */
export async function ask(
  thing: string,
  { embedding, noun, count }: Commission,
  run: () => Promise<unknown>,
): Promise<readonly Embedded[]> {
  const expected = `${count} vectors of ${embedding.dimension} numbers`;
  const answer = await answerOf(thing, { embedding, noun, count }, run);
  if (!Array.isArray(answer)) throw wrong(thing, embedding, expected, describeValue(answer));
  if (answer.length !== count) throw wrong(thing, embedding, expected, `${answer.length} vectors`);
  return Array.from(answer, (vector: unknown, i) => {
    const which = `for ${noun} ${i} of ${count}`;
    if (!isArrayLike(vector)) throw wrong(thing, embedding, expected, `${describeValue(vector)} ${which}`);
    if (vector.length !== embedding.dimension) {
      throw wrong(thing, embedding, expected, `a vector of ${vector.length} dimensions ${which}`);
    }
    return vector instanceof Float32Array || Array.isArray(vector) ? vector : Array.from(vector);
  });
}

async function answerOf(
  thing: string,
  { embedding, noun, count }: Commission,
  run: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof VecinoError) throw cause;
    // Who makes embeddings elsewhere may repeat the key that he was sent.
    const reason = cause instanceof Error ? redact(cause.message) : describeValue(cause);
    throw new VecinoError(
      'EMBEDDING_FAILED',
      `${thing}: embedding "${embedding.name}" failed for ${count} ${count === 1 ? noun : `${noun}s`}: ${reason}`,
      { cause: redactedCause(cause), details: { embedding: embedding.name, [`${noun}s`]: count } },
    );
  }
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

function wrong(thing: string, embedding: Embedding, expected: string, received: string): VecinoError {
  return new VecinoError(
    'EMBEDDING_FAILED',
    `${thing}: embedding "${embedding.name}" answered ${received}, expected ${expected}; check its implementation`,
    { details: { embedding: embedding.name, expected, received } },
  );
}
