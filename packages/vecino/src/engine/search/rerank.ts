import type { AnyMetadata } from '../../api/metadata.ts';
import type { Hit, RerankOptions } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { quantity } from '../../base/quantity.ts';

/** Has the caller's function score the hits, and checks what it answers: it is not ours to repair. */
export async function rerankScores(
  thing: string,
  { by, timeoutMs, signal }: RerankOptions,
  hits: readonly Hit<AnyMetadata>[],
): Promise<Float64Array> {
  if (hits.length === 0) return new Float64Array();
  const ending = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason));
  });
  const cancel = () => ending.abort(cancelled(thing, signal?.reason));
  const timeout = () => ending.abort(timedOut(thing, timeoutMs ?? 0, hits.length));
  if (signal?.aborted) throw cancelled(thing, signal.reason);
  signal?.addEventListener('abort', cancel);
  const timer = timeoutMs === undefined ? undefined : setTimeout(timeout, timeoutMs);
  try {
    const scoring = Promise.resolve().then(() => by(hits, { signal: ending.signal }));
    return scoresOf(thing, await Promise.race([scoring, ended]), hits.length);
  } catch (cause) {
    if (cause instanceof VecinoError) throw cause;
    const reason = cause instanceof Error ? cause.message : describeValue(cause);
    throw new VecinoError(
      'RERANK_FAILED',
      `${thing}: the rerank function failed for ${quantity(hits.length, 'hit')}: ${reason}`,
      { cause, details: { hits: hits.length } },
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function scoresOf(thing: string, answer: unknown, count: number): Float64Array {
  const isList = Array.isArray(answer) || (ArrayBuffer.isView(answer) && 'length' in answer);
  if (!isList) throw wrong(thing, `${count} scores`, describeValue(answer));
  const scores = answer as ArrayLike<unknown>;
  if (scores.length !== count) throw wrong(thing, `${count} scores, one a hit`, `${scores.length}`);
  return Float64Array.from({ length: count }, (_, i) => {
    const score = scores[i];
    if (typeof score === 'number' && Number.isFinite(score)) return score;
    throw wrong(thing, 'finite numbers', `${describeValue(score)} for hit ${i}`);
  });
}

function wrong(thing: string, expected: string, received: string): VecinoError {
  return new VecinoError(
    'RERANK_FAILED',
    `${thing}: the rerank function answered ${received}, expected ${expected}; check the function`,
    { details: { expected, received } },
  );
}

function timedOut(thing: string, timeoutMs: number, hits: number): VecinoError {
  return new VecinoError(
    'RERANK_TIMED_OUT',
    `${thing}: the rerank function has not answered for ${quantity(hits, 'hit')} within ${timeoutMs} ms; allow more by timeoutMs, or give it fewer candidates`,
    { details: { timeoutMs, hits } },
  );
}

function cancelled(thing: string, cause: unknown): VecinoError {
  return new VecinoError('CANCELLED', `${thing}: reranking was cancelled by its signal`, { cause });
}
