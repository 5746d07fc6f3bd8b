import { describe, expect, it } from 'vitest';
import {
  type TransformersClipModule,
  transformersJsClip,
  transformersJsClipFrom,
} from './transformers-js-clip.ts';

/** What was asked of the stand-in, in order. */
type Log = string[];

/** A stand-in of the package's interface: a vector of 512 numbers begins with the lengths of what it is made of. */
function standIn(log: Log): TransformersClipModule {
  const row = (first: number, second: number) => [[first, second, ...new Array<number>(510).fill(0)]];
  const disposable = <F extends object>(run: F, what: string) =>
    Object.assign(run, { dispose: async () => void log.push(`dispose ${what}`) });
  return {
    AutoTokenizer: {
      from_pretrained: async (model) => {
        log.push(`tokenizer ${model}`);
        return (texts, options) => ({ texts, options });
      },
    },
    AutoProcessor: {
      from_pretrained: async (model) => {
        log.push(`processor ${model}`);
        return async (image) => ({ pixel_values: image });
      },
    },
    CLIPTextModelWithProjection: {
      from_pretrained: async (model, options) => {
        log.push(`text ${model} ${options?.dtype}`);
        const run = async (input: unknown) => {
          const { texts, options: tokenizing } = input as { texts: string[]; options: object };
          log.push(JSON.stringify([texts, tokenizing]));
          return { text_embeds: { tolist: () => row(1, texts[0]?.length ?? 0) } };
        };
        return disposable(run, 'text');
      },
    },
    CLIPVisionModelWithProjection: {
      from_pretrained: async (model, options) => {
        log.push(`vision ${model} ${options?.dtype}`);
        const run = async (input: unknown) => {
          const { pixel_values: size } = input as { pixel_values: number };
          return { image_embeds: { tolist: () => row(2, size) } };
        };
        return disposable(run, 'vision');
      },
    },
    RawImage: {
      fromBlob: async (blob) => {
        if ((await blob.text()).startsWith('X')) throw new Error('no picture');
        return blob.size;
      },
    },
  };
}

const BASE = 'Xenova/clip-vit-base-patch32';

describe('transformersJsClip', () => {
  it('is a model of texts and of pictures, each half loaded when it is needed', async () => {
    const log: Log = [];
    const clip = transformersJsClipFrom({}, async () => standIn(log));
    expect(clip).toMatchObject({ name: BASE, dimension: 512, variant: 'fp32', tokensMax: 75 });
    expect(log).toEqual([]);
    const [cat, sofa] = await clip.embed(['a cat', 'a sofa']);
    expect([cat?.[0], cat?.[1], sofa?.[1], sofa?.length]).toEqual([1, 5, 6, 512]);
    const options = { padding: true, truncation: true };
    expect(log).toEqual([
      `tokenizer ${BASE}`,
      `text ${BASE} fp32`,
      JSON.stringify([['a cat'], options]),
      JSON.stringify([['a sofa'], options]),
    ]);
    const [picture] = await clip.embedImages([Buffer.from('1234567')]);
    expect(Array.from(picture ?? []).slice(0, 2)).toEqual([2, 7]);
    expect(log.slice(4)).toEqual([`processor ${BASE}`, `vision ${BASE} fp32`]);
    await clip.close?.();
    expect(log.slice(6)).toEqual(['dispose text', 'dispose vision']);
  });

  it('tells of vectors as they come, and ends early when its signal is aborted', async () => {
    const clip = transformersJsClipFrom({ dtype: 'q8' }, async () => standIn([]));
    const pictures = ['a', 'bb', 'ccc'].map((letters) => Buffer.from(letters));
    const steps: unknown[] = [];
    const controller = new AbortController();
    const call = clip.embedImages(pictures, {
      signal: controller.signal,
      onVectors: ([one]) => {
        steps.push([one?.position, one?.vector[1]]);
        controller.abort();
      },
      onProgress: ({ images, total }) => steps.push(`${images} of ${total}`),
    });
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(steps).toEqual([[0, 1], '1 of 3']);
  });

  it('names a picture that cannot be decoded, or is none', async () => {
    const clip = transformersJsClipFrom({}, async () => standIn([]));
    await expect(clip.embedImages([Buffer.from('fine'), Buffer.from('X')])).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringMatching(
        /the picture of 1 given bytes cannot be decoded \(no picture\); mend it/,
      ),
    });
    await expect(clip.embedImages(['none.png'])).rejects.toMatchObject({ details: { fault: 'missing' } });
    await expect(clip.embedImages([5 as never])).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });

  it('says what is missing, and tries again the next time', async () => {
    const absent = transformersJsClipFrom({}, async () => {
      throw new Error('Cannot find package');
    });
    await expect(absent.embed(['a cat'])).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      message: expect.stringContaining('npm install @huggingface/transformers'),
    });
    let attempts = 0;
    const module = standIn([]);
    const flaky: TransformersClipModule = {
      ...module,
      AutoTokenizer: {
        from_pretrained: async (model) => {
          if (attempts++ === 0) throw new Error('no network');
          return module.AutoTokenizer.from_pretrained(model);
        },
      },
    };
    const clip = transformersJsClipFrom({}, async () => flaky);
    await expect(clip.embed(['a cat'])).rejects.toMatchObject({
      code: 'EMBEDDING_REFUSED',
      message: expect.stringContaining('cannot be loaded (no network)'),
    });
    expect(await clip.embed(['a cat'])).toHaveLength(1);
  });

  it('validates its options at once', () => {
    expect(transformersJsClip({ model: 'Xenova/clip-vit-large-patch14' }).dimension).toBe(768);
    expect(transformersJsClip({ model: 'my/clip', dimension: 640 }).dimension).toBe(640);
    const refused = (options: object) => expect(() => transformersJsClip(options));
    refused({ modell: 'x' }).toThrow(/unknown option "modell"; did you mean "model"/);
    refused({ model: 'my/clip' }).toThrow(/how long the vectors of "my\/clip" are is not known here/);
    refused({ model: 5 }).toThrow(/option "model" is no name/);
    refused({ dtype: 'int4' }).toThrow(/"dtype" is "int4"/);
    refused({ dimension: 0 }).toThrow(/"dimension"/);
  });
});
