/** 12,345: whole numbers with the thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** About three significant digits, never in powers of ten: 12,345 / 123 / 12.3 / 1.23 / 0.0123. */
export function rounded(value: number): string {
  if (value === 0) return '0';
  const digits = Math.min(Math.max(2 - Math.floor(Math.log10(Math.abs(value))), 0), 6);
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Millions of bytes; servers do not all tell what they take. */
export function megabytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${rounded(bytes / 1e6)} MB` : 'not told';
}
