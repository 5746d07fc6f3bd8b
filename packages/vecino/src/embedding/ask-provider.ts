import type { EmbedOptions } from '../api/embedding.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { ChosenModel } from './choose-model.ts';
import { EmbedCourse } from './embed-course.ts';
import { cutVector, withPrefix } from './model-texts.ts';
import { backoffOf, type Course, type Patience } from './patience.ts';
import { planRequests, type RequestBounds } from './plan-requests.ts';
import { errorOf, ProviderFailure, type ProviderIdentity } from './provider-failure.ts';

/** A provider, as far as all of them are alike. */
export interface Provider extends ProviderIdentity {
  readonly model: ChosenModel;
  readonly bounds: RequestBounds;
  readonly patience: Patience;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly course: Course;
  readonly countTokens: (text: string) => number;
  /**
   * One request: the vectors of a few texts, prefixes included, in their order, not yet looked at. A
   * `ProviderFailure` says whether to ask again; any other error is a failure that is not worth another attempt.
   */
  readonly request: (texts: readonly string[], signal: AbortSignal) => Promise<readonly unknown[]>;
}

/**
 * The vectors of the texts, by as many requests as it takes, several at a time, each repeated with growing pauses
 * where that may help. When one provider's answer asks for a pause, all requests of the call wait. The first request
 * that fails for good ends the call; what came before was told to `onVectors`.
 */
export async function askProvider(
  provider: Provider,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<Float32Array[]> {
  const { model, bounds, countTokens } = provider;
  requireTexts(provider.thing, texts);
  const prefixed = withPrefix(model, texts, options.kind);
  const answers = new EmbedCourse<Float32Array>(texts.length, options);
  const failing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failing.signal]) : failing.signal;
  const gate = new Gate(provider.course);
  const requests = planRequests(prefixed.map(countTokens), bounds).values();
  const lane = async () => {
    for (const positions of requests) {
      const own = positions.map((position) => prefixed[position] ?? '');
      const vectors = await persist(provider, own, gate, signal);
      answers.embedded(positions.map((position, i) => ({ position, vector: vectors[i] as Float32Array })));
    }
  };
  try {
    await Promise.all(
      Array.from({ length: provider.concurrency }, () =>
        lane().catch((error: unknown) => {
          // The other requests end now: their vectors would come too late.
          failing.abort(error);
          throw error;
        }),
      ),
    );
  } catch (error) {
    if (options.signal?.aborted) throw cancelled(provider, options.signal);
    throw error;
  }
  return answers.end();
}

/** Where requests wait until the provider may be asked again. */
class Gate {
  readonly #course: Course;
  #opensAt = 0;

  constructor(course: Course) {
    this.#course = course;
  }

  close(ms: number): void {
    this.#opensAt = Math.max(this.#opensAt, this.#course.now() + ms);
  }

  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiting = () => this.#opensAt - this.#course.now();
    for (let ms = waiting(); ms > 0; ms = waiting()) await this.#course.wait(ms, signal);
  }
}

/** One request, as often as it takes. */
async function persist(
  provider: Provider,
  texts: readonly string[],
  gate: Gate,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const { patience, course } = provider;
  for (let attempt = 1; ; attempt++) {
    await gate.pass(signal);
    try {
      const answer = await provider.request(texts, signal);
      return readAnswer(provider, answer, texts.length);
    } catch (error) {
      if (error instanceof VecinoError || signal.aborted) throw error;
      const failure = error instanceof ProviderFailure ? error : unexpected(error);
      if (!failure.again || attempt > patience.retries) throw errorOf(provider, failure, attempt);
      const asked = failure.waitMs ?? 0;
      if (asked > patience.waitMaxMs) throw tooLong(provider, failure, asked, attempt);
      const pause = Math.max(asked, backoffOf(patience, attempt, course.random));
      if (failure.waitMs === undefined) await course.wait(pause, signal);
      else gate.close(pause);
    }
  }
}

/** Checks what a provider has answered, number by number: it is stored for long. */
function readAnswer({ model }: Provider, answer: readonly unknown[], texts: number): Float32Array[] {
  const { dimension } = model.description;
  if (answer.length !== texts) throw wrongAnswer(`${answer.length} vectors`, `${texts}, one for each text`);
  return answer.map((numbers, i) => {
    if (!Array.isArray(numbers) && !(numbers instanceof Float32Array) && !(numbers instanceof Float64Array)) {
      throw wrongAnswer(`${describeValue(numbers)} for text ${i}`, 'a list of numbers');
    }
    if (numbers.length !== dimension) {
      throw wrongAnswer(`a vector of ${numbers.length} dimensions`, `${dimension}`);
    }
    const strange = (numbers as readonly unknown[]).findIndex((x) => typeof x !== 'number');
    const vector = Float32Array.from(numbers as readonly number[]);
    const at = strange >= 0 ? strange : vector.findIndex((x) => !Number.isFinite(x));
    if (at >= 0) {
      const received = typeof numbers[at] === 'number' ? String(vector[at]) : describeValue(numbers[at]);
      throw wrongAnswer(`${received} at position ${at} of the vector of text ${i}`, 'a finite number');
    }
    return cutVector(model, vector);
  });
}

function wrongAnswer(received: string, expected: string): ProviderFailure {
  return new ProviderFailure(`the provider answered ${received}, expected ${expected}`, { again: false });
}

function unexpected(cause: unknown): ProviderFailure {
  const reason = cause instanceof Error ? cause.message : describeValue(cause);
  return new ProviderFailure(reason, { again: false, cause });
}

function tooLong(provider: Provider, failure: ProviderFailure, asked: number, attempt: number): VecinoError {
  const { waitMaxMs } = provider.patience;
  const message = `${failure.message}, and asks to wait for ${Math.ceil(asked / 1_000)} s, expected at most ${waitMaxMs / 1_000} s (option "waitMaxMs")`;
  const { status, cause } = failure;
  return errorOf(provider, new ProviderFailure(message, { again: true, status, cause }), attempt);
}

function cancelled({ thing, name }: Provider, signal: AbortSignal): VecinoError {
  const message = `${thing}: making embeddings with "${name}" was cancelled by the signal that the caller gave`;
  return new VecinoError('CANCELLED', message, { cause: signal.reason });
}

function requireTexts(thing: string, texts: readonly unknown[]): void {
  const position = texts.findIndex((text) => typeof text !== 'string');
  if (position < 0) return;
  const received = describeValue(texts[position]);
  throw new VecinoError(
    'DOCUMENT_INVALID',
    `${thing}: text ${position} of ${texts.length} is ${received}, expected a string`,
    { details: { position, expected: 'a string', received } },
  );
}
