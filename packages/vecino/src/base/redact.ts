import { inspect } from 'node:util';

/** What stands in the place of a secret. */
const REDACTED = '[redacted]';

/**
 * Texts that look like keys: what follows a scheme of authorization, what begins as the keys of well-known services
 * do, and any long run of letters and digits mixed, for that is no word. Better a word too many than a key.
 */
const KEY_SHAPES: readonly RegExp[] = [
  /(?<=\b(?:bearer|basic)\s+)[^\s"',;)\]}]+/gi,
  /\b(?:sk|pk|rk|hf|gsk|xai|pa|key|api|token)[-_][\w-]{8,}/gi,
  /\b(?=\w*\d)(?=\w*[a-z])\w{20,}/gi,
];

/**
 * A text without secrets: those that are given, and whatever looks like a key. For what others have written, such
 * as an embedding's provider, which may repeat the key that it was sent.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let safe = text;
  // The longest first: one secret may be a part of another, as a key is of a header.
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret !== '') safe = safe.replaceAll(secret, REDACTED);
  }
  for (const shape of KEY_SHAPES) safe = safe.replace(shape, REDACTED);
  return safe;
}

/** A thrown value as the cause of another error: itself, or a copy of its message where it holds what looks like a key. */
export function redactedCause(cause: unknown, secrets: readonly string[] = []): unknown {
  const whole = inspect(cause, { depth: 8, showHidden: true });
  if (redact(whole, secrets) === whole) return cause;
  return new Error(redact(cause instanceof Error ? `${cause.name}: ${cause.message}` : whole, secrets));
}
