import { detect } from 'chardet';
import { VecinoError } from 'vecino/errors';

/** Enough to tell text from other things, and one encoding from another. */
const LOOKED_AT_BYTES = 64 << 10;
/** Text has hardly any control characters; compressed or compiled bytes have one in ten. */
const CONTROL_SHARE_MAX = 0.01;
/** Latin text in UTF-16 is half zeros, all in even or all in odd places. */
const ZERO_SHARE_OF_UTF16 = 0.2;

/**
 * Text from bytes: by its byte order mark, as UTF-8 where it is, as UTF-16 by the places of its zeros, and otherwise
 * in the encoding that its statistics speak for (Latin-1 and its kin, Shift JIS, Big5, KOI8, …).
 *
 * @throws INPUT_MALFORMED where it is no text
 */
export function decodeText(bytes: Uint8Array): string {
  const head = bytes.subarray(0, LOOKED_AT_BYTES);
  const wide = wideEncoding(head);
  if (wide !== undefined) return requireText(new TextDecoder(wide).decode(bytes));
  if (head.includes(0)) throw notText('it has zero bytes');
  try {
    return requireText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof VecinoError) throw error;
    return requireText(decodeGuessed(bytes, head));
  }
}

function wideEncoding(head: Uint8Array): string | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const least = head.length * ZERO_SHARE_OF_UTF16;
  if (odd > least && even * 10 < odd) return 'utf-16le';
  if (even > least && odd * 10 < even) return 'utf-16be';
  return undefined;
}

function decodeGuessed(bytes: Uint8Array, head: Uint8Array): string {
  const encoding = detect(head) ?? 'windows-1252';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw notText(`it is not UTF-8, and as ${encoding} it cannot be read either`, cause);
  }
}

function requireText(text: string): string {
  const head = text.slice(0, LOOKED_AT_BYTES);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const controls = head.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g)?.length ?? 0;
  if (controls > head.length * CONTROL_SHARE_MAX) throw notText('it is full of control characters');
  return text;
}

function notText(why: string, cause?: unknown): VecinoError {
  return new VecinoError('INPUT_MALFORMED', `not a text: ${why}`, { cause });
}
