import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { EmbedImagesProgress, ImageInput } from 'vecino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mobilenet } from './mobilenet.ts';

vi.setConfig({ testTimeout: 60_000 });

const embedding = mobilenet({ runtime: 'wasm', threads: 1, pixelsMax: 1_000_000 });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vecino-pictures-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await embedding.close();
});

const RED_DISC = '<circle cx="50" cy="50" r="40" fill="#d33"/><circle cx="35" cy="40" r="8" fill="#fff"/>';
const HOUSE = '<path d="M20 90V50L50 15 80 50V90Z" fill="#862"/><rect x="42" y="60" width="16" height="30"/>';

function svg(content: string, size = 100): Buffer {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 100 100">`;
  return Buffer.from(`${head}${content}</svg>`);
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Vectors have length 1, so that the inner product is the cosine. */
function cosine(a: ArrayLike<number> = [], b: ArrayLike<number> = []): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * (b[i] ?? Number.NaN), 0);
}

async function scoreOf(a: ImageInput, b: ImageInput): Promise<number> {
  const [first, second] = await embedding.embedImages([a, b]);
  return cosine(first, second);
}

describe('vectors', () => {
  it('have length 1 and belong to what is seen: a path, its URL and its bytes have the same', async () => {
    const bytes = await sharp(svg(HOUSE)).png().toBuffer();
    const path = file('house.png', bytes);
    const vectors = await embedding.embedImages([path, pathToFileURL(path), bytes, new Uint8Array(bytes)]);
    expect(embedding).toMatchObject({ name: 'mobilenet-v2-coco', dimension: 480 });
    for (const vector of vectors) {
      expect(vector).toHaveLength(480);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
      expect(vector).toEqual(vectors[0]);
    }
  });

  it('are much the same in every format and size, and others for other things', async () => {
    const large = sharp(svg(HOUSE, 300)).flatten({ background: '#fff' });
    for (const format of ['png', 'webp', 'jpeg', 'gif', 'avif', 'tiff'] as const) {
      const picture = await large.clone().toFormat(format).toBuffer();
      expect(await scoreOf(svg(HOUSE), picture), format).toBeGreaterThan(0.9);
    }
    expect(await scoreOf(svg(HOUSE), svg(RED_DISC))).toBeLessThan(0.8);
  });

  it('do not depend on how large a drawing is drawn', async () => {
    expect(await scoreOf(svg(HOUSE, 12), svg(HOUSE, 900))).toBeGreaterThan(0.999);
  });

  it('see what is transparent as white, of an animation the first frame, and pictures the way they were held', async () => {
    const transparent = await sharp(svg(HOUSE)).png().toBuffer();
    const white = await sharp(transparent).flatten({ background: '#fff' }).png().toBuffer();
    expect(await scoreOf(transparent, white)).toBeCloseTo(1, 5);

    const still = await sharp(white).gif().toBuffer();
    const disc = await sharp(svg(RED_DISC)).flatten({ background: '#fff' }).toBuffer();
    const animation = await sharp([white, disc], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(await scoreOf(animation, still)).toBeGreaterThan(0.99);

    const turned = await sharp(white)
      .rotate(90)
      .jpeg({ quality: 95 })
      .withMetadata({ orientation: 8 })
      .toBuffer();
    expect(await scoreOf(turned, white)).toBeGreaterThan(0.95);
  });

  it('are made of grey, deep and CMYK pictures too', async () => {
    const picture = sharp(svg(HOUSE)).flatten({ background: '#fff' });
    const grey = await picture.clone().greyscale().png().toBuffer();
    const deep = await picture.clone().toColourspace('rgb16').png().toBuffer();
    const cmyk = await picture.clone().toColourspace('cmyk').jpeg().toBuffer();
    expect(await scoreOf(await picture.clone().png().toBuffer(), deep)).toBeGreaterThan(0.99);
    expect(await embedding.embedImages([grey, cmyk])).toHaveLength(2);
  });

  it('are the same with either runtime', async () => {
    await using native = mobilenet({ runtime: 'native', threads: 1 });
    const pictures = [svg(HOUSE), svg(RED_DISC)];
    const [theirs, ours] = [await native.embedImages(pictures), await embedding.embedImages(pictures)];
    for (const [i, vector] of theirs.entries()) {
      const differences = Array.from(vector, (x, at) => Math.abs(x - (ours[i]?.[at] ?? 1)));
      expect(Math.max(...differences)).toBeLessThan(1e-4);
    }
  });
});

describe('what is no picture', () => {
  const text = Buffer.from('This is a text and no picture.');
  const noise = Uint8Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 7919) % 251);
  const raw = { width: 300, height: 300, channels: 3 } as const;

  async function refusalOf(image: unknown) {
    const images = [svg(HOUSE), image as ImageInput];
    return embedding.embedImages(images).then(
      () => expect.fail('nothing was refused'),
      (error: unknown) => error as { message: string },
    );
  }

  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('names a truncated %s', async (format) => {
    const whole = await sharp(noise, { raw }).toFormat(format).toBuffer();
    const path = file(`half.${format}`, whole.subarray(0, whole.length / 2));
    expect(await refusalOf(path)).toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringMatching(/^mobilenet: the picture ".*half\..*" is damaged \(.+\); mend it, or/),
      details: { image: path, fault: 'damaged' },
    });
  });

  it('names texts, empty files, folders and files that are not there', async () => {
    for (const [path, fault, says] of [
      [file('text.png', text), 'not a picture', 'is none that is known: expected PNG, JPEG'],
      [file('empty.png', new Uint8Array()), 'empty', 'is an empty file'],
      [folder, 'unreadable', 'is a folder; give the files in it'],
      [join(folder, 'none.png'), 'missing', 'is not there'],
    ] as const) {
      expect(await refusalOf(path)).toMatchObject({
        code: 'IMAGE_INVALID',
        message: expect.stringContaining(says),
        details: { image: path, fault },
      });
    }
    expect(await refusalOf(text)).toMatchObject({
      message: expect.stringContaining('of 30 given bytes is none'),
    });
  });

  it('does not decode what would fill the memory', async () => {
    const create = { width: 2_000, height: 2_000, channels: 3, background: '#f00' } as const;
    const bomb = file('bomb.png', await sharp({ create }).png().toBuffer());
    const refused = {
      details: { fault: 'too large' },
      message: expect.stringContaining('more than 1000000 pixels'),
    };
    expect(await refusalOf(bomb)).toMatchObject({ code: 'IMAGE_INVALID', ...refused });
    expect(await refusalOf(svg(HOUSE, 900_000))).toMatchObject({ code: 'IMAGE_INVALID', ...refused });
    const entities = Array.from(
      { length: 12 },
      (_, i) => `<!ENTITY e${i} "${(i > 0 ? `&e${i - 1};` : 'lol').repeat(10)}">`,
    );
    const laughs = Buffer.from(
      `<?xml version="1.0"?><!DOCTYPE svg [${entities.join('')}]>${svg('<text>&e11;</text>')}`,
    );
    expect(await refusalOf(laughs)).toMatchObject({ code: 'IMAGE_INVALID' });
  });

  it.each([
    ['a number', 5, 'the number 5'],
    ['nothing', undefined, 'undefined'],
    ['an address', 'https://example.org/cat.png', 'an address that begins with "https:"'],
    ['an address as a URL', new URL('https://example.org/cat.png'), 'a URL that begins with "https:"'],
    ['bytes as an address', 'data:image/png;base64,AAAA', 'an address that begins with "data:"'],
    ['floats', new Float32Array(3), 'a Float32Array'],
    ['an empty string', '', 'an empty string'],
  ])('refuses %s before anything is loaded', async (_, image, says) => {
    await using unused = mobilenet();
    await expect(unused.embedImages([svg(HOUSE), image as ImageInput])).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringContaining(`mobilenet: image 1 of 2: image is ${says}`),
    });
  });
});

describe('calls', () => {
  it('tell of vectors as they come, in the order of the pictures', async () => {
    const pictures = Array.from({ length: 9 }, (_, i) => svg(i % 2 === 0 ? HOUSE : RED_DISC));
    const told = new Map<number, ArrayLike<number>>();
    const steps: EmbedImagesProgress[] = [];
    const vectors = await embedding.embedImages(pictures, {
      onVectors: (some) => some.forEach(({ position, vector }) => void told.set(position, vector)),
      onProgress: (step) => steps.push(step),
    });
    expect(vectors.map((_, i) => told.get(i))).toEqual(vectors);
    expect(vectors[8]).toEqual(vectors[0]);
    expect(vectors[1]).not.toEqual(vectors[0]);
    expect(steps.map(({ images, total }) => `${images} of ${total}`)).toEqual(
      pictures.map((_, i) => `${i + 1} of 9`),
    );
    expect(await embedding.embedImages([])).toEqual([]);
  });

  it('end early when their signal is aborted, before or meanwhile', async () => {
    const reason = new Error('enough');
    await expect(
      embedding.embedImages([svg(HOUSE)], { signal: AbortSignal.abort(reason) }),
    ).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: reason,
    });
    const controller = new AbortController();
    const pictures = Array.from({ length: 500 }, () => svg(HOUSE));
    const onVectors = () => controller.abort();
    await expect(
      embedding.embedImages(pictures, { signal: controller.signal, onVectors }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await embedding.embedImages([svg(HOUSE)])).toHaveLength(1);
  });

  it('fail when the model is closed under them, and later ones load it again', async () => {
    const closing = mobilenet({ runtime: 'wasm', threads: 2 });
    const pictures = Array.from({ length: 100 }, () => svg(HOUSE));
    const refused = expect(closing.embedImages(pictures)).rejects.toMatchObject({ code: 'CANCELLED' });
    await closing.close();
    await refused;
    expect(await closing.embedImages([svg(HOUSE)])).toHaveLength(1);
    await closing.close();
  });
});

describe('a process', () => {
  it('is not kept alive by a model that has answered, nor left before a model is closed', async () => {
    const script = `
      import { mobilenet } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const picture = Buffer.from(${JSON.stringify(svg(HOUSE).toString())});
      const [vector] = await mobilenet({ runtime: 'wasm' }).embedImages([picture]);
      const closing = mobilenet({ runtime: 'wasm' });
      closing.embedImages([picture, picture]).catch(({ code }) => console.log(code));
      await closing.close();
      console.log(vector.length);
    `;
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect((await child).stdout).toBe('CANCELLED\n480\n');
  });
});

describe('options', () => {
  it('are validated before anything is loaded', () => {
    const refused = (options: object) => expect(() => mobilenet(options));
    refused({ thread: 2 }).toThrow(/unknown option "thread"; did you mean "threads"\?/);
    refused({ runtime: 'wasn' }).toThrow(/"runtime" is "wasn".*did you mean "wasm"\?/);
    refused({ threads: 0 }).toThrow(/"threads".*from 1 to 64/);
    refused({ pixelsMax: 1e9 }).toThrow(/"pixelsMax".*from 1 to 268402689/);
  });
});
