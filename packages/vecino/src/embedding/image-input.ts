import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ImageInput } from '../api/image.ts';
import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted } from '../base/options.ts';

/** What may be wrong with a picture: there is no such file, it cannot be read, or what it holds is not what it should be. */
export type ImageFault = 'missing' | 'unreadable' | 'empty' | 'too large' | 'not a picture' | 'damaged';

/**
 * What is thrown about a picture that cannot be embedded. For who writes an image embedding.
 *
 * @param thing the opening words of the message
 * @param why what is wrong, and the remedy, as a sentence goes on after the picture's name
 */
export function invalidImage(
  thing: string,
  image: ImageInput,
  fault: ImageFault,
  why: string,
  cause?: unknown,
): VecinoError {
  const name = nameOfImage(image);
  return new VecinoError('IMAGE_INVALID', `${thing}: the picture ${name} ${why}`, {
    details: { image: pathOfImage(image) ?? null, fault },
    cause,
  });
}

/** The picture's name in messages: its path, or how many bytes were given. */
function nameOfImage(image: ImageInput): string {
  const path = pathOfImage(image);
  return path === undefined ? `of ${(image as Uint8Array).length} given bytes` : quoted(path);
}

/** Where the picture lies, as it was given; undefined where its bytes were. The picture must be sound. */
export function pathOfImage(image: ImageInput): string | undefined {
  if (typeof image === 'string') return image;
  return image instanceof URL ? fileURLToPath(image) : undefined;
}

/**
 * Answers what is a path, a file's URL or bytes, whatever they lead to; everything else is refused. For who writes an
 * image embedding.
 *
 * @param thing the opening words of the message
 */
export function requireImage(thing: string, image: unknown): ImageInput {
  if (typeof image === 'string' && image !== '' && !image.includes('\0')) {
    const scheme = /^(data|[a-z][a-z\d+.-]+(?=:\/\/)):/i.exec(image)?.[1];
    if (scheme === undefined) return image;
    throw misplaced(thing, `an address that begins with "${scheme}:" as a string`);
  }
  if (image instanceof Uint8Array) {
    if (image.length > LIMITS.imageBytesMax) throw tooLarge(thing, image, image.length);
    if (image.length > 0) return image;
    throw invalidImage(thing, image, 'empty', 'is no picture; give the bytes of its file');
  }
  if (image instanceof URL) {
    if (image.protocol === 'file:') return image;
    throw misplaced(thing, `a URL that begins with "${image.protocol}"`);
  }
  throw misplaced(thing, describeValue(image));
}

/**
 * The bytes of a picture, in pieces that hold up nobody.
 *
 * @throws IMAGE_INVALID where its file is missing, empty, too large or cannot be read
 */
export async function* bytesOfImage(thing: string, image: ImageInput): AsyncGenerator<Uint8Array> {
  const path = pathOfImage(image);
  let length = 0;
  for await (const piece of path === undefined ? slices(image as Uint8Array) : piecesOf(thing, path)) {
    length += piece.length;
    if (length > LIMITS.imageBytesMax) throw tooLarge(thing, image, length);
    yield piece;
  }
  if (length === 0) throw invalidImage(thing, image, 'empty', 'is an empty file; leave it out');
}

/** Half a megabyte is read, or hashed, in about a millisecond. */
const PIECE_BYTES = 512 * 1024;

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (at > 0) await setImmediate();
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

async function* piecesOf(thing: string, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const why = 'is not there; paths are relative to the folder that the program was started in';
      throw invalidImage(thing, path, 'missing', why, cause);
    }
    const why =
      code === 'EISDIR' ? 'is a folder; give the files in it' : `cannot be read (${code ?? String(cause)})`;
    throw invalidImage(thing, path, 'unreadable', why, cause);
  }
}

function tooLarge(thing: string, image: ImageInput, bytes: number): VecinoError {
  const why = `has ${bytes} bytes or more, expected at most ${LIMITS.imageBytesMax}; make it smaller`;
  return invalidImage(thing, image, 'too large', why);
}

function misplaced(thing: string, received: string): VecinoError {
  return new VecinoError(
    'IMAGE_INVALID',
    `${thing}: image is ${received}, expected the path of a file, its file: URL, or its bytes as a Uint8Array; fetch what lies elsewhere and give the bytes`,
    { details: { image: null, expected: 'a path, a file: URL or bytes', received } },
  );
}
