import { VecinoError } from '../base/errors.ts';
import { estimateTokens } from '../base/estimate-tokens.ts';
import { describeValue, type OptionSpecs } from '../base/options.ts';

/** How any provider is asked. */
export interface RequestOptions {
  /** Texts of one request: 1 to 10,000, default 64. */
  readonly textsMax?: number;
  /** Tokens of one request: 1 to 10 million, default 16,000. A text that has more goes alone. */
  readonly tokensMax?: number;
  /** Counts the tokens of a text; default `estimateTokens`, which is some percent above what tokenizers count. */
  readonly countTokens?: (text: string) => number;
  /** Requests at a time: 1 to 64, default 4. */
  readonly concurrency?: number;
  /**
   * How often a request is made again after the first time: 0 to 20, default 5. Only after 408, 425, 429, 5xx, a
   * timeout, a broken connection or an answer that ends early.
   */
  readonly retries?: number;
  /** Milliseconds before the first retry, each further pause twice as long: 1 to 60,000, default 500. */
  readonly backoffMs?: number;
  /**
   * No pause is longer: 1 to 3,600,000 milliseconds, default 60,000. A provider that asks for a longer one by
   * `Retry-After` has failed, and the error says for how long.
   */
  readonly waitMaxMs?: number;
}

export const REQUEST_OPTIONS = {
  textsMax: { kind: 'integer', default: 64, min: 1, max: 10_000, about: 'Texts of one request.' },
  tokensMax: { kind: 'integer', default: 16_000, min: 1, max: 1e7, about: 'Tokens of one request.' },
  countTokens: { kind: 'opaque', about: 'Counts the tokens of a text.' },
  concurrency: { kind: 'integer', default: 4, min: 1, max: 64, about: 'Requests at a time.' },
  retries: { kind: 'integer', default: 5, min: 0, max: 20, about: 'How often a request is made again.' },
  backoffMs: {
    kind: 'integer',
    default: 500,
    min: 1,
    max: 60_000,
    about: 'Milliseconds before the first retry.',
  },
  waitMaxMs: { kind: 'integer', default: 60_000, min: 1, max: 3_600_000, about: 'The longest pause.' },
} as const satisfies OptionSpecs;

/** What `readOptions` has made of the caller's options, as those who ask need it. */
export function requestSettings(thing: string, options: RequestOptions) {
  const { countTokens = estimateTokens } = options;
  requireFunction(thing, 'countTokens', countTokens, 'a function from a text to the number of its tokens');
  const { textsMax, tokensMax, concurrency, retries, backoffMs, waitMaxMs } =
    options as Required<RequestOptions>;
  return {
    bounds: { textsMax, tokensMax },
    patience: { retries, backoffMs, waitMaxMs },
    concurrency,
    countTokens,
  };
}

export function requireFunction(thing: string, option: string, value: unknown, expected: string): void {
  if (typeof value === 'function') return;
  throw invalidOption(thing, option, value, expected);
}

export function invalidOption(thing: string, option: string, value: unknown, expected: string): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}
