import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openaiCompatibleWith } from '../../src/embedding/openai-compatible.ts';
import type { Course } from '../../src/embedding/patience.ts';
import { measureDimension, type OpenAiCompatibleOptions, openaiCompatible } from '../../src/embedding.ts';
import { type EmbedProgress, VecinoError } from '../../src/index.ts';
import { type Behaviour, DIMENSION, json, right, serve, vectorOf } from './misbehaving-server.ts';

const KEY = 'tulip-under-glass';

/** A clock that only waiting moves, and no chance. */
class TestCourse implements Course {
  readonly waits: number[] = [];
  readonly #begun = Date.parse('2026-03-01T12:00:00Z');

  now = () => this.#begun + this.waits.reduce((sum, ms) => sum + ms, 0);
  random = () => 1;
  wait = async (ms: number) => {
    this.waits.push(ms);
  };
}

/** An embedding of a server that behaves so, one text a request unless said otherwise. */
async function embeddingOf(behaviours: readonly Behaviour[], options: Partial<OpenAiCompatibleOptions> = {}) {
  const server = await serve(...behaviours);
  const course = new TestCourse();
  const { url } = server;
  const asked = {
    url,
    model: 'unheard-of',
    dimension: DIMENSION,
    apiKey: KEY,
    textsMax: 1,
    concurrency: 1,
    ...options,
  };
  return { server, course, embedding: openaiCompatibleWith(asked, course) };
}

async function failureOf(work: Promise<unknown>): Promise<VecinoError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VecinoError);
  return error as VecinoError;
}

const status =
  (code: number, headers: object = {}): Behaviour =>
  (response) =>
    json(response, code, { error: { message: `${code} for key ${KEY}` } }, headers);
const reset: Behaviour = (response) => {
  response.socket?.resetAndDestroy();
};
const truncated: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"data": [{"index": 0, "embedding": [1, 2');
};
const cutOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"data"', () => response.socket?.destroy());
};
const html: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!doctype html><title>Sign in</title>');
};
const silent: Behaviour = () => undefined;
const data =
  (items: readonly unknown[]): Behaviour =>
  (response) =>
    json(response, 200, { data: items });

/** That many requests are answered when all of them are there. */
function together(count: number): Behaviour[] {
  const waiting: (() => void)[] = [];
  return Array.from(
    { length: count },
    (): Behaviour => (response, texts) => {
      waiting.push(() => right(response, texts));
      if (waiting.length === count) for (const answer of waiting) answer();
    },
  );
}

describe('what fails in passing is asked again', () => {
  it.each([
    ['a 500', status(500)],
    ['a 503', status(503)],
    ['a 429', status(429)],
    ['a 408', status(408)],
    ['a connection that is reset', reset],
    ['an answer that ends within JSON', truncated],
    ['an answer that ends before its length', cutOff],
  ])('%s', async (_, behaviour) => {
    const { embedding, server, course } = await embeddingOf([behaviour, behaviour]);
    expect(await embedding.embed(['abc'])).toEqual([Float32Array.from(vectorOf('abc'))]);
    expect(server.seen).toHaveLength(3);
    expect(course.waits).toEqual([500, 1_000]);
  });

  it('a server that is silent, after the timeout', async () => {
    const { embedding, server } = await embeddingOf([silent], { timeoutMs: 30 });
    expect(await embedding.embed(['abc'])).toHaveLength(1);
    expect(server.seen).toHaveLength(2);
  });

  it('and given up after the last attempt, with the reason', async () => {
    const { embedding, server } = await embeddingOf(Array(9).fill(status(500)), { retries: 2 });
    const error = await failureOf(embedding.embed(['abc']));
    expect(error).toMatchObject({
      code: 'EMBEDDING_FAILED',
      retryable: true,
      details: { embedding: 'unheard-of', attempts: 3, status: 500 },
    });
    expect(error.message).toMatch(
      /model "unheard-of": the provider answered 500: .*\(3 attempts\); try again later/,
    );
    expect(server.seen).toHaveLength(3);
  });

  it.each([
    ['seconds', '7', 7_000],
    ['a date', 'Sun, 01 Mar 2026 12:00:09 GMT', 9_000],
    ['less than our own pause', '0', 500],
  ])('after as long as the provider asks: %s', async (_, header, pause) => {
    const { embedding, course } = await embeddingOf([status(429, { 'retry-after': header })]);
    await embedding.embed(['abc']);
    expect(course.waits).toEqual([pause]);
  });

  it('but not when the provider asks for more than was allowed', async () => {
    const { embedding, server } = await embeddingOf([status(429, { 'retry-after': '3600' })]);
    const error = await failureOf(embedding.embed(['abc']));
    expect(error).toMatchObject({ code: 'EMBEDDING_FAILED', details: { status: 429 } });
    expect(error.message).toMatch(/asks to wait for 3600 s, expected at most 60 s \(option "waitMaxMs"\)/);
    expect(server.seen).toHaveLength(1);
  });
});

describe('what would fail again is refused at once', () => {
  it.each([
    ['a wrong key', status(401), /answered 401: .*check the key/],
    ['a wrong model', status(404), /answered 404: .*check url and model/],
    ['a bad request', status(400), /answered 400/],
    ['a server without embeddings', status(501), /answered 501/],
    ['a page for people', html, /answered no JSON \(text\/html\): <!doctype html>.*check the url/],
    ['no data', (response) => json(response, 200, {}), /"data" as undefined, expected an array/],
    ['null', (response) => json(response, 200, null), /"data" as undefined/],
    ['no vectors', data([]), /0 vectors, expected 1/],
    [
      'a vector too many',
      data([{ embedding: [1, 2, 3] }, { embedding: [1, 2, 3] }]),
      /2 vectors, expected 1/,
    ],
    ['another dimension', data([{ embedding: [1, 2] }]), /a vector of 2 dimensions, expected 3/],
    ['null for a number', data([{ embedding: [1, null, 3] }]), /null at position 1 of the vector of text 0/],
    ['text for a number', data([{ embedding: [1, 2, 'x'] }]), /a string at position 2/],
    ['a number that is none in 32 bits', data([{ embedding: [1, 1e300, 3] }]), /Infinity at position 1/],
    ['no embedding', data([{}]), /undefined for text 0, expected a list of numbers/],
    ['null for a vector', data([null]), /undefined for text 0/],
    ['an index beyond', data([{ index: 1, embedding: [1, 2, 3] }]), /one with the index the number 1/],
  ] satisfies readonly (readonly [string, Behaviour, RegExp])[])('%s', async (_, behaviour, message) => {
    const { embedding, server } = await embeddingOf([behaviour]);
    const error = await failureOf(embedding.embed(['abc']));
    expect(error).toMatchObject({ code: 'EMBEDDING_REFUSED', retryable: false });
    expect(error.message).toMatch(message);
    expect(server.seen).toHaveLength(1);
  });

  it('NaN, which is no JSON', async () => {
    const nan: Behaviour = (response) => {
      response.writeHead(200);
      response.end('{"data": [{"index": 0, "embedding": [NaN, 2, 3]}]}');
    };
    const { embedding } = await embeddingOf(Array(9).fill(nan), { retries: 1 });
    expect((await failureOf(embedding.embed(['abc']))).message).toMatch(
      /answer of 50 characters is no whole JSON/,
    );
  });

  it('an index that comes twice', async () => {
    const twice = data([
      { index: 0, embedding: [1, 2, 3] },
      { index: 0, embedding: [1, 2, 3] },
    ]);
    const { embedding } = await embeddingOf([twice], { textsMax: 2 });
    expect((await failureOf(embedding.embed(['a', 'b']))).message).toMatch(/expected each from 0 on once/);
  });
});

describe('texts', () => {
  it('get their vectors in order, whatever the order of the answer', async () => {
    const backwards: Behaviour = (response, texts) => {
      const items = texts.map((text, index) => ({ index, embedding: vectorOf(text) }));
      json(response, 200, { data: items.reverse() });
    };
    const { embedding } = await embeddingOf([backwards], { textsMax: 10 });
    const texts = ['a', 'bb', 'ccc'];
    expect(await embedding.embed(texts)).toEqual(texts.map((text) => Float32Array.from(vectorOf(text))));
  });

  it('may come without indexes', async () => {
    const bare: Behaviour = (response, texts) =>
      json(response, 200, { data: texts.map((text) => ({ embedding: vectorOf(text) })) });
    const { embedding } = await embeddingOf([bare], { textsMax: 10 });
    expect(await embedding.embed(['a', 'bb'])).toEqual(
      [vectorOf('a'), vectorOf('bb')].map((v) => Float32Array.from(v)),
    );
  });

  it('go in requests of bounded count and tokens, several at a time', async () => {
    const texts = ['a', 'b', 'one two three four five six', 'c', 'd', 'e', 'f'];
    const bounds = { textsMax: 3, tokensMax: 4, concurrency: 2 };
    const { embedding, server } = await embeddingOf(together(2), bounds);
    const progress: EmbedProgress[] = [];
    const seen: number[] = [];
    const vectors = await embedding.embed(texts, {
      onProgress: (step) => progress.push(step),
      onVectors: (some) => seen.push(...some.map(({ position }) => position)),
    });
    expect(vectors).toEqual(texts.map((text) => Float32Array.from(vectorOf(text))));
    const sent = server.seen.map((request) => request.texts.join('|'));
    expect(sent.toSorted()).toEqual(['a|b', 'c|d|e', 'f', 'one two three four five six']);
    expect(server.busiest()).toBe(2);
    expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(progress.at(-1)).toMatchObject({ texts: 7, total: 7 });
    expect(progress.at(-1)?.textsPerSecond).toBeGreaterThan(0);
  });

  it('are asked for no more once a request has failed, and what came before was told', async () => {
    const { embedding, server } = await embeddingOf([right, right, status(400)]);
    const told: number[] = [];
    const work = embedding.embed(['a', 'b', 'c', 'd', 'e'], {
      onVectors: (some) => told.push(...some.map(({ position }) => position)),
    });
    expect(await failureOf(work)).toMatchObject({ code: 'EMBEDDING_REFUSED' });
    expect(told).toEqual([0, 1]);
    expect(server.seen).toHaveLength(3);
  });

  it('of no number need no request', async () => {
    const { embedding, server } = await embeddingOf([]);
    expect(await embedding.embed([])).toEqual([]);
    expect(server.seen).toEqual([]);
  });

  it('must be texts', async () => {
    const { embedding } = await embeddingOf([]);
    const error = await failureOf(embedding.embed(['a', 3 as unknown as string]));
    expect(error).toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect(error.message).toMatch(/text 1 of 2 is the number 3, expected a string/);
  });

  it('are given up when the signal says so, before, within a request and within a pause', async () => {
    const reason = new Error('enough');
    const { embedding, server } = await embeddingOf([silent]);
    const before = embedding.embed(['a'], { signal: AbortSignal.abort(reason) });
    expect(await failureOf(before)).toMatchObject({ code: 'CANCELLED', cause: reason });
    expect(server.seen).toEqual([]);
    const within = new AbortController();
    const work = embedding.embed(['a'], { signal: within.signal });
    within.abort(reason);
    expect(await failureOf(work)).toMatchObject({ code: 'CANCELLED', cause: reason });

    const other = await serve(status(429, { 'retry-after': '30' }));
    const pausing = openaiCompatible({ url: other.url, model: 'unheard-of', dimension: DIMENSION });
    const pause = new AbortController();
    const paused = pausing.embed(['a'], { signal: pause.signal });
    while (other.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    pause.abort(reason);
    expect(await failureOf(paused)).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('models', () => {
  it('see their prefixes', async () => {
    const server = await serve();
    const description = {
      name: 'e',
      dimension: DIMENSION,
      queryPrefix: 'query: ',
      documentPrefix: 'passage: ',
    };
    const embedding = openaiCompatible({ url: server.url, model: description });
    await embedding.embed(['tulips'], { kind: 'query' });
    await embedding.embed(['tulips'], { kind: 'document' });
    await embedding.embed(['tulips']);
    expect(server.seen.flatMap(({ texts }) => texts)).toEqual([
      'query: tulips',
      'passage: tulips',
      'passage: tulips',
    ]);
  });

  it('are cut where they allow it, and have length 1 again', async () => {
    const server = await serve(data([{ embedding: [3, 4, 100, 100] }]), data([{ embedding: [7, 1, 2, 2] }]));
    const whole = { name: 'm', dimension: 4, dimensionMin: 2 };
    const cut = openaiCompatible({ url: server.url, model: whole, dimension: 2 });
    expect(cut.dimension).toBe(2);
    const [vector] = await cut.embed(['a']);
    expect(Array.from(vector ?? [])).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)]);
    const centred = openaiCompatible({ url: server.url, model: { ...whole, centred: true }, dimension: 2 });
    const [shifted] = await centred.embed(['a']);
    // Without the mean, 3, the vector begins with 4 and -2.
    expect(Array.from(shifted ?? [])).toEqual([
      expect.closeTo(4 / Math.sqrt(20)),
      expect.closeTo(-2 / Math.sqrt(20)),
    ]);
  });
});

describe('measuring the dimension', () => {
  it('asks for one vector', async () => {
    const { url, seen } = await serve(data([{ embedding: [1, 2, 3, 4, 5] }]));
    expect(await measureDimension({ url, model: 'unheard-of' })).toBe(5);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['no vector', data([]), /answered no vector/],
    ['an empty one', data([{ embedding: [] }]), /answered no vector/],
    ['a wrong key', status(401), /answered 401.*check the key/],
  ])('fails at %s', async (_, behaviour, message) => {
    const { url } = await serve(behaviour);
    const error = await failureOf(measureDimension({ url, model: 'unheard-of', apiKey: KEY }));
    expect(error).toMatchObject({ code: 'EMBEDDING_REFUSED' });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(KEY);
  });
});

describe('the key', () => {
  it('is sent, and so are further headers', async () => {
    const { embedding, server } = await embeddingOf([], { headers: { 'x-team': 'garden' } });
    await embedding.embed(['a']);
    expect(server.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team': 'garden' });
  });

  it('may be fetched anew for each request', async () => {
    let asked = 0;
    const { embedding, server } = await embeddingOf([], { apiKey: async () => `key ${++asked}` });
    await embedding.embed(['a', 'b']);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer key 1', 'Bearer key 2']);
  });

  it('is in no error, however it gets there, and in nothing that is printed', async () => {
    const echo: Behaviour = (response) =>
      json(response, 400, { error: `bad key ${KEY}, header tulip-house` });
    const echoes: readonly (readonly [Behaviour, Partial<OpenAiCompatibleOptions>])[] = [
      [echo, { headers: { 'api-key': 'tulip-house' } }],
      [echo, { headers: { 'api-key': 'tulip-house' }, apiKey: () => KEY }],
      [(response) => response.end(`<html>${KEY} tulip-house`), { headers: { 'api-key': 'tulip-house' } }],
      [right, { apiKey: `${KEY}\n${KEY}` }],
      [
        right,
        {
          fetch: async () => {
            throw Object.assign(new Error(`no way with ${KEY}`), {
              request: { headers: { authorization: KEY } },
            });
          },
          retries: 0,
        },
      ],
    ];
    for (const [behaviour, options] of echoes) {
      const { embedding } = await embeddingOf([behaviour], options);
      const error = await failureOf(embedding.embed(['a']));
      for (const shown of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)]) {
        expect(shown).not.toContain(KEY);
        expect(shown).not.toContain('tulip-house');
      }
      expect(inspect(embedding, { depth: 9, showHidden: true }) + JSON.stringify(embedding)).not.toContain(
        KEY,
      );
    }
  });
});
