import type { EmbeddingFunction } from '../api/embedding.ts';
import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, type OptionSpecs, readOptions } from '../base/options.ts';
import { askProvider, type Provider } from './ask-provider.ts';
import { chooseModel } from './choose-model.ts';
import type { ModelDescription } from './model-description.ts';
import { textTokensMax, variantOf } from './model-texts.ts';
import { type Course, REAL_COURSE, readRetryAfter } from './patience.ts';
import { errorOf, ProviderFailure } from './provider-failure.ts';
import {
  invalidOption,
  REQUEST_OPTIONS,
  type RequestOptions,
  requestSettings,
  requireFunction,
} from './request-options.ts';

/** The key, or who fetches it: it is asked before each request, so that keys may expire. */
export type ApiKey = string | (() => string | Promise<string>);

export interface OpenAiCompatibleOptions extends RequestOptions {
  /**
   * The address that `/embeddings` is added to; default `https://api.openai.com/v1`. Ollama:
   * `http://localhost:11434/v1`, LM Studio: `http://localhost:1234/v1`, vLLM: `http://localhost:8000/v1`.
   */
  readonly url?: string;
  /** The name of a model that Vecino knows, that of another one together with `dimension`, or a description. */
  readonly model: string | ModelDescription;
  /** Sent as `Authorization: Bearer …`. Appears in no error, warning or stored data. Default: none is sent. */
  readonly apiKey?: ApiKey;
  /** Further headers, such as those of a proxy. Their values appear as little as the key does. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The length of the vectors: default that of the model. Vectors of a model that allows it are cut to it and
   * normalised; of another model that length is refused.
   */
  readonly dimension?: number;
  /** Milliseconds until a request counts as failed: 1 to 3,600,000, default 60,000. */
  readonly timeoutMs?: number;
  /** In the place of the global `fetch`, for proxies and tests. */
  readonly fetch?: typeof fetch;
}

const DEFAULT_URL = 'https://api.openai.com/v1';

const OPTIONS = {
  url: { kind: 'opaque', about: 'The address that /embeddings is added to.' },
  model: { kind: 'opaque', about: 'The name of a model, or its description.' },
  apiKey: { kind: 'opaque', about: 'Sent as Authorization: Bearer.' },
  headers: { kind: 'opaque', about: 'Further headers.' },
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'The length of the vectors.' },
  timeoutMs: {
    kind: 'integer',
    default: 60_000,
    min: 1,
    max: 3_600_000,
    about: 'Until a request has failed.',
  },
  fetch: { kind: 'opaque', about: 'In the place of the global fetch.' },
  ...REQUEST_OPTIONS,
} as const satisfies OptionSpecs;

/** What may succeed when it is asked again: timeouts, too many requests, and all that is the server's own fault. */
const STATUS_AGAIN = new Set([408, 425, 429]);
/** How much of an answer a message repeats. */
const EXCERPT_CHARACTERS = 300;
/** Not implemented: the server will not learn it by the next attempt. */
const NOT_IMPLEMENTED = 501;

/**
 * The embeddings of any endpoint that speaks as OpenAI's does: OpenAI, Ollama, vLLM, LM Studio, llama.cpp and many
 * others. Texts are sent in requests of bounded size, several at a time; what fails in passing is asked again.
 *
 * @example
 * ```ts
 * const embedding = openaiCompatible({ model: 'text-embedding-3-small', apiKey: process.env.OPENAI_API_KEY });
 * const local = openaiCompatible({ url: 'http://localhost:11434/v1', model: 'nomic-embed-text' });
 * ```
 *
 * @throws OPTION_UNKNOWN, OPTION_INVALID, OPTION_OUT_OF_RANGE at once. `embed` throws EMBEDDING_FAILED where all
 * attempts have failed, EMBEDDING_REFUSED where another attempt would fail too (a wrong key or model, an answer that
 * is none), CANCELLED by the signal and DOCUMENT_INVALID where a text is not a string.
 */
export function openaiCompatible(options: OpenAiCompatibleOptions): EmbeddingFunction {
  return openaiCompatibleWith(options, REAL_COURSE);
}

/** The same with another clock and chance, for tests. */
export function openaiCompatibleWith(options: OpenAiCompatibleOptions, course: Course): EmbeddingFunction {
  const thing = 'openaiCompatible';
  const read = readOptions<OpenAiCompatibleOptions>(thing, OPTIONS, options);
  const model = chooseModel(thing, read.model, read.dimension);
  const address = readUrl(thing, read.url ?? DEFAULT_URL);
  const endpoint = new Endpoint(thing, model.description.name, address, read, course);
  const provider: Provider = {
    thing: `${thing} at ${shownAddress(address)}`,
    name: model.description.name,
    secrets: () => endpoint.secrets,
    model,
    ...requestSettings(thing, read),
    course,
    request: (texts, signal) => endpoint.ask(texts, signal),
  };
  const tokensMax = textTokensMax(model);
  return {
    name: model.description.name,
    dimension: model.dimension,
    variant: variantOf(model),
    ...(tokensMax !== undefined && { tokensMax }),
    embed: (texts, embedOptions) => askProvider(provider, texts, embedOptions),
  };
}

/**
 * Asks an endpoint how long the vectors of a model are that nobody has described, by embedding one short text.
 *
 * @example
 * ```ts
 * const endpoint = { url: 'http://localhost:8000/v1', model: 'our/model' };
 * const embedding = openaiCompatible({ ...endpoint, dimension: await measureDimension(endpoint) });
 * ```
 *
 * @throws as `openaiCompatible` and its `embed` do; there is one attempt only
 */
export async function measureDimension(
  options: OpenAiCompatibleOptions & { readonly model: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const thing = 'measureDimension';
  const read = readOptions<OpenAiCompatibleOptions>(thing, OPTIONS, options);
  const address = readUrl(thing, read.url ?? DEFAULT_URL);
  const { name } = chooseModel(thing, read.model, read.dimension ?? 1).description;
  const endpoint = new Endpoint(thing, name, address, read, REAL_COURSE);
  const provider = { thing: `${thing} at ${shownAddress(address)}`, name, secrets: () => endpoint.secrets };
  try {
    const [vector] = await endpoint.ask(['dimension'], signal);
    if (Array.isArray(vector) && vector.length > 0) return vector.length;
  } catch (error) {
    if (error instanceof ProviderFailure) throw errorOf(provider, error, 1);
    throw error;
  }
  throw errorOf(provider, new ProviderFailure('the provider answered no vector', { again: false }), 1);
}

/** Without what may be a secret. */
function shownAddress({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** Where requests go. The key lies in private fields, so that no one who prints an embedding prints it. */
class Endpoint {
  readonly #url: URL;
  readonly #model: string;
  readonly #apiKey: ApiKey | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;
  readonly #course: Course;
  readonly #secrets: Set<string>;

  constructor(
    thing: string,
    model: string,
    url: URL,
    { apiKey, headers = {}, fetch: given, timeoutMs }: OpenAiCompatibleOptions,
    course: Course,
  ) {
    requireHeaders(thing, headers);
    if (
      apiKey !== undefined &&
      typeof apiKey !== 'function' &&
      (typeof apiKey !== 'string' || apiKey === '')
    ) {
      throw invalidOption(thing, 'apiKey', apiKey, 'a non-empty string, or a function that answers one');
    }
    if (given !== undefined) requireFunction(thing, 'fetch', given, 'a function like fetch');
    this.#url = url;
    this.#model = model;
    this.#apiKey = apiKey;
    this.#headers = { ...headers };
    this.#fetch = given ?? fetch;
    this.#timeoutMs = timeoutMs as number;
    this.#course = course;
    this.#secrets = new Set([...Object.values(headers), ...url.searchParams.values()]);
    if (typeof apiKey === 'string') this.#keepSecret(apiKey);
  }

  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  async ask(texts: readonly string[], signal: AbortSignal): Promise<readonly unknown[]> {
    const headers = await this.#makeHeaders();
    const body = JSON.stringify({ model: this.#model, input: texts, encoding_format: 'float' });
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    let response: Response;
    let text: string;
    try {
      const request = { method: 'POST', headers, body, signal: AbortSignal.any([signal, timeout]) };
      response = await this.#fetch(this.#url, request);
      text = await response.text();
    } catch (cause) {
      const reason = timeout.aborted ? `no answer within ${this.#timeoutMs} ms` : reasonOf(cause);
      throw new ProviderFailure(reason, { again: true, cause });
    }
    if (!response.ok) throw this.#refusal(response, text);
    return readEmbeddings(response, text);
  }

  async #makeHeaders(): Promise<Headers> {
    const key = typeof this.#apiKey === 'function' ? await this.#apiKey() : this.#apiKey;
    if (key !== undefined) this.#keepSecret(key);
    const headers = new Headers({ 'content-type': 'application/json' });
    for (const [name, value] of Object.entries(this.#headers)) headers.set(name, value);
    try {
      if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    } catch {
      // The error of `Headers` would repeat the key.
      const message = 'the key has characters that a header cannot hold, such as the end of a line';
      throw new ProviderFailure(message, { again: false });
    }
    return headers;
  }

  /** Headers lose the spaces around them. */
  #keepSecret(key: string): void {
    this.#secrets.add(key).add(key.trim());
  }

  #refusal({ status, headers }: Response, text: string): ProviderFailure {
    const again = STATUS_AGAIN.has(status) || (status >= 500 && status !== NOT_IMPLEMENTED);
    const waitMs = readRetryAfter(headers.get('retry-after'), this.#course.now());
    const hint =
      status === 401 || status === 403 ? '; check the key' : status === 404 ? '; check url and model' : '';
    return new ProviderFailure(`the provider answered ${status}: ${excerpt(text)}${hint}`, {
      again,
      waitMs,
      status,
    });
  }
}

/** The vectors of an answer in the order of the texts: `index` counts where it is given. */
function readEmbeddings(response: Response, text: string): unknown[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // An answer that began as JSON has been cut off on its way; another one is a page for people.
    const begun = /^\s*[{[]/.test(text);
    const type = response.headers.get('content-type') ?? 'no content type';
    throw new ProviderFailure(
      begun
        ? `the provider's answer of ${text.length} characters is no whole JSON`
        : `the provider answered no JSON (${type}): ${excerpt(text)}; check the url`,
      { again: begun, status: response.status },
    );
  }
  const data: unknown = (answer as { readonly data?: unknown } | null)?.data;
  if (!Array.isArray(data)) {
    const received = describeValue(data);
    throw new ProviderFailure(`the provider answered "data" as ${received}, expected an array`, {
      again: false,
    });
  }
  const vectors: unknown[] = new Array(data.length);
  for (const [place, item] of data.entries()) {
    const { index = place, embedding } = (item ?? {}) as {
      readonly index?: unknown;
      readonly embedding?: unknown;
    };
    if (
      !Number.isInteger(index) ||
      Number(index) < 0 ||
      Number(index) >= data.length ||
      Number(index) in vectors
    ) {
      const message = `the provider answered ${data.length} vectors, one with the index ${describeValue(index)}, expected each from 0 on once`;
      throw new ProviderFailure(message, { again: false });
    }
    vectors[Number(index)] = embedding;
  }
  return vectors;
}

/** Of an error of fetch the innermost reason: its own message is `fetch failed`. */
function reasonOf(cause: unknown): string {
  const inner: unknown = cause instanceof Error ? cause.cause : undefined;
  const { code, message } = (inner ?? cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const said = [code, message].filter((part) => typeof part === 'string' && part !== '');
  return `the provider cannot be reached (${said.join(': ') || describeValue(cause)})`;
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return 'nothing';
  return line.length <= EXCERPT_CHARACTERS ? line : `${line.slice(0, EXCERPT_CHARACTERS)}…`;
}

/** The address of the endpoint. A URL in an error might hold a password, so none is repeated. */
function readUrl(thing: string, url: unknown): URL {
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalidOption(thing, 'url', url, 'an address that begins with http:// or https://');
  }
  const address = new URL(url);
  if (address.username !== '' || address.password !== '') {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "url" holds a user or a password, expected none; give the key as \`apiKey\` or in \`headers\``,
      { details: { option: 'url' } },
    );
  }
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/embeddings`;
  return address;
}

function requireHeaders(thing: string, headers: unknown): void {
  const isObject = typeof headers === 'object' && headers !== null && !Array.isArray(headers);
  if (isObject && Object.values(headers).every((value) => typeof value === 'string')) {
    try {
      new Headers(headers as Record<string, string>);
      return;
    } catch {
      // Its message would repeat the value.
    }
  }
  throw invalidOption(thing, 'headers', headers, 'an object of names and values that a request can have');
}
