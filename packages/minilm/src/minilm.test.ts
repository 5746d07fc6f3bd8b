import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { EmbedProgress, Truncation } from 'vecino';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { minilm } from './minilm.ts';

interface Reference {
  readonly text: string;
  readonly vector: readonly number[];
}

const embedding = minilm({ runtime: 'wasm' });
afterAll(() => embedding.close());

/** Vectors have length 1, so that the inner product is the cosine. */
function cosine(a: ArrayLike<number> = [], b: ArrayLike<number> = []): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * (b[i] ?? Number.NaN), 0);
}

function largestDifference(a: ArrayLike<number> = [], b: ArrayLike<number> = []): number {
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] ?? Number.NaN))));
}

/** Texts of 3 to about 90 tokens, mixed, the same on every run. */
function mixedTexts(count: number): string[] {
  const words = 'river stone the of quickly parliament 1984 naïve 東京 whale, sings — unknowable'.split(' ');
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: 1 + ((i * 37) % 45) }, (_, j) => words[(i * 7 + j * j) % words.length]).join(' '),
  );
}

/** The model takes about a second to load and 10 to 50 ms a text, more where other tests run beside. */
vi.setConfig({ testTimeout: 60_000 });

describe('vectors', () => {
  it('are those of the original network, as an independent conversion of the same weights made them', async () => {
    const file = new URL('../test/reference-vectors.json', import.meta.url);
    const references = JSON.parse(readFileSync(file, 'utf8')) as Reference[];
    const vectors = await embedding.embed(references.map(({ text }) => text));
    for (const [i, { text, vector }] of references.entries()) {
      expect(vectors[i]).toHaveLength(embedding.dimension);
      expect(cosine(vectors[i], vector), text).toBeGreaterThan(0.9999);
      expect(cosine(vectors[i], vectors[i])).toBeCloseTo(1, 5);
    }
  });

  it('score sentences as the published model does, but for the quantizing of its weights', async () => {
    // The figures of the sentence-transformers documentation for this model in 32-bit floats.
    const [lovely, sunny, stadium] = await embedding.embed([
      'The weather is lovely today.',
      "It's so sunny outside!",
      'He drove to the stadium.',
    ]);
    expect(Math.abs(cosine(lovely, sunny) - 0.666)).toBeLessThan(0.04);
    expect(Math.abs(cosine(lovely, stadium) - 0.1046)).toBeLessThan(0.04);
    expect(Math.abs(cosine(sunny, stadium) - 0.1411)).toBeLessThan(0.04);
  });

  it('lie nearest to the sentence that means the same', async () => {
    const pairs = [
      ['A cat sleeps on the sofa.', 'The kitten is napping on the couch.'],
      ['The company lowered its profit forecast.', 'Earnings will be below what the firm expected.'],
      ['How do I reset my password?', 'I cannot log in and need new credentials.'],
      ['Heavy rain flooded the village.', 'The town is under water after the storm.'],
      ['She plays the violin in an orchestra.', 'A musician performs with a string instrument.'],
      ['Mix flour, eggs and milk to a smooth batter.', 'A recipe for pancakes.'],
    ] as const;
    const left = await embedding.embed(pairs.map(([sentence]) => sentence));
    const right = await embedding.embed(pairs.map(([, sentence]) => sentence));
    for (const [i, vector] of left.entries()) {
      const scores = right.map((other) => cosine(vector, other));
      expect(scores.indexOf(Math.max(...scores)), pairs[i]?.[0]).toBe(i);
    }
  });

  it('do not depend on the batch that a text is in', async () => {
    const texts = mixedTexts(64);
    const together = await embedding.embed(texts);
    for (const [i, text] of texts.entries()) {
      const [alone] = await embedding.embed([text]);
      expect(largestDifference(together[i], alone), `text ${i}`).toBeLessThanOrEqual(1e-5);
    }
  });

  it('come in the order of the texts, over portions and repetitions', async () => {
    const texts = Array.from({ length: 600 }, (_, i) => ['one', 'two two', 'three three three'][i % 3] ?? '');
    const vectors = await embedding.embed(texts);
    expect(vectors).toHaveLength(600);
    for (const [i, vector] of vectors.entries()) {
      expect(largestDifference(vector, vectors[i % 3])).toBeLessThanOrEqual(1e-5);
    }
    expect(cosine(vectors[0], vectors[1])).toBeLessThan(0.9);
  });

  it('own their memory', async () => {
    const [first, second] = await embedding.embed(['one', 'two']);
    expect(first?.buffer).not.toBe(second?.buffer);
    expect(first?.buffer.byteLength).toBe(4 * 384);
  });
});

describe('unusual texts', () => {
  it('gives the empty text a vector of its own', async () => {
    const [empty, blank, word] = await embedding.embed(['', ' \n ', 'word']);
    expect(cosine(empty, empty)).toBeCloseTo(1, 5);
    expect(largestDifference(empty, blank)).toBeLessThanOrEqual(1e-5);
    expect(cosine(empty, word)).toBeLessThan(0.9);
  });

  it('answers nothing for nothing', async () => {
    expect(await embedding.embed([])).toEqual([]);
  });

  it('sees the first 256 tokens of a long text, of a megabyte too', async () => {
    const counted = 'alpha '.repeat(254);
    const vectors = await embedding.embed([
      counted,
      `${counted}beta`,
      `${counted}${'beta '.repeat(200_000)}`,
    ]);
    expect(largestDifference(vectors[0], vectors[1])).toBeLessThanOrEqual(1e-5);
    expect(largestDifference(vectors[0], vectors[2])).toBeLessThanOrEqual(1e-5);
  });

  it('counts the tokens of texts, those beyond the ones that it sees too', async () => {
    expect(await embedding.countTokens(['', 'Hello, world!', 'word '.repeat(1_000)])).toEqual([0, 4, 1_000]);
    expect(embedding.tokensMax).toBe(254);
  });

  it('tells how many texts and tokens it has cut, once a call and only then', async () => {
    const cuts: Truncation[] = [];
    const onTruncated = (cut: Truncation) => cuts.push(cut);
    await embedding.embed(['short', 'word '.repeat(254)], { onTruncated });
    expect(cuts).toEqual([]);
    const texts = ['word '.repeat(264), 'short', 'word '.repeat(259)];
    expect(await embedding.embed(texts, { onTruncated })).toHaveLength(3);
    expect(cuts).toEqual([{ texts: 2, tokens: 15 }]);
  });

  it('takes emoji, unpaired surrogates and text that looks like special tokens', async () => {
    const vectors = await embedding.embed([
      '😀👩‍👩‍👧',
      '\ud83d',
      'a\udc00b',
      '[MASK] [SEP]',
      '\u0000',
      'مرحبا',
    ]);
    for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5);
  });

  it('refuses what is not a text, and names its position', async () => {
    const texts = ['fine', 7 as unknown as string];
    await expect(embedding.embed(texts)).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      message: 'minilm: text 1 of 2 is of type number, expected a string',
    });
  });
});

describe('calls', () => {
  it('never hold up the calling thread for more than 20 ms', async () => {
    // Of three runs the median counts: one garbage collection of the test's own decides nothing.
    const longest = [await longestHoldMs(), await longestHoldMs(), await longestHoldMs()];
    const [, median = Number.NaN] = longest.toSorted((x, y) => x - y);
    expect(median).toBeGreaterThan(0);
    expect(median).toBeLessThan(20);
  });

  it('tell of vectors as they come, and how fast', async () => {
    const texts = mixedTexts(70);
    const told = new Map<number, ArrayLike<number>>();
    const progress: EmbedProgress[] = [];
    const vectors = await embedding.embed(texts, {
      onVectors: (some) => some.forEach(({ position, vector }) => void told.set(position, vector)),
      onProgress: (step) => progress.push(step),
    });
    expect(vectors.map((_, i) => told.get(i))).toEqual(vectors);
    // Portions on two threads end in any order.
    const sizes = progress.map((step, i) => step.texts - (progress[i - 1]?.texts ?? 0));
    expect(sizes.toSorted((x, y) => y - x)).toEqual([32, 32, 6]);
    for (const step of progress)
      expect(step).toMatchObject({ total: 70, textsPerSecond: expect.any(Number) });
  });

  it('let a question overtake the documents of another call', async () => {
    const finished: string[] = [];
    const documents = embedding.embed(mixedTexts(64)).then(() => finished.push('documents'));
    const question = embedding.embed(['Where is the whale?']).then(() => finished.push('question'));
    await Promise.all([documents, question]);
    expect(finished).toEqual(['question', 'documents']);
  });

  it('end early when their signal is aborted', async () => {
    const controller = new AbortController();
    const embedded = embedding.embed(mixedTexts(1_000), { signal: controller.signal });
    const refused = expect(embedded).rejects.toMatchObject({ code: 'CANCELLED', retryable: true });
    await embedding.embed(['one question']);
    controller.abort();
    await refused;
    expect(await embedding.embed(['still there'])).toHaveLength(1);
  });

  it('fail when the model is closed under them, wherever they are, and later ones load it again', async () => {
    const closing = minilm({ runtime: 'wasm', threads: 2 });
    const first = expect(closing.embed(mixedTexts(300))).rejects.toMatchObject({ code: 'CANCELLED' });
    const second = expect(closing.embed(['a'])).rejects.toMatchObject({ code: 'CANCELLED' });
    await closing.close();
    await Promise.all([first, second]);
    expect(await closing.embed(['a'])).toHaveLength(1);
    await closing.close();
  });

  it('do not keep the process alive once they are answered', async () => {
    const script = `
      import { minilm } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const [vector] = await minilm({ runtime: 'wasm' }).embed(['the end']);
      console.log(vector.length);
    `;
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect((await child).stdout).toBe('384\n');
  });
});

describe('options', () => {
  it('are validated before anything is loaded', () => {
    const refused = (options: object) => expect(() => minilm(options));
    refused({ thread: 2 }).toThrow(/unknown option "thread"; did you mean "threads"\?/);
    refused({ runtime: 'wasn' }).toThrow(/"runtime" is "wasn".*did you mean "wasm"\?/);
    refused({ threads: 0 }).toThrow(/"threads" is 0, expected an integer from 1 to 64/);
    refused({ threads: 1.5 }).toThrow(/"threads" is 1.5/);
    refused([] as object).toThrow(/options are an array/);
  });

  it('name an identity that collections can record', () => {
    expect(minilm()).toMatchObject({ name: 'all-MiniLM-L6-v2', dimension: 384 });
  });
});

describe('native runtime', () => {
  const installed = isInstalled('onnxruntime-node');

  it.skipIf(!installed)(
    'makes the same vectors (skipped where onnxruntime-node is not installed)',
    async () => {
      const texts = mixedTexts(32);
      await using native = minilm({ runtime: 'native' });
      const vectors = await native.embed(texts);
      for (const [i, vector] of (await embedding.embed(texts)).entries()) {
        expect(largestDifference(vector, vectors[i])).toBeLessThanOrEqual(1e-4);
      }
    },
  );

  it.skipIf(!installed)(
    'is closed in the middle of its work, and the process goes on (skipped where onnxruntime-node is not installed)',
    async () => {
      const program = `
        import { minilm } from '@vecino/minilm';
        const model = minilm({ runtime: 'native' });
        await model.embed(['ready']);
        const work = model.embed(Array(2_000).fill('one text of many')).catch(({ code }) => code);
        setImmediate(async () => {
          await model.close();
          console.log(await work);
        });
      `;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', program],
        {
          cwd: import.meta.dirname,
        },
      );
      expect(stdout).toBe('CANCELLED\n');
    },
  );

  it.skipIf(installed)('says how to get it (skipped where onnxruntime-node is installed)', () => {
    expect(() => minilm({ runtime: 'native' })).toThrow(/npm install onnxruntime-node/);
  });
});

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The most processor time of this thread between two ticks while texts are embedded; a busy machine adds none. */
async function longestHoldMs(): Promise<number> {
  let longestMs = 0;
  let before = process.threadCpuUsage();
  const tick = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    longestMs = Math.max(longestMs, (user + system) / 1_000);
    before = process.threadCpuUsage();
  }, 1);
  const fresh = minilm({ runtime: 'wasm' });
  await fresh.embed([...mixedTexts(40), 'x '.repeat(500_000)]);
  await fresh.close();
  clearInterval(tick);
  return longestMs;
}
