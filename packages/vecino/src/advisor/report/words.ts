/** Numbers as the page shows them: two digits that mean something. */
export function rough(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 GB`, in powers of a thousand. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${rough(bytes / 1_000 ** power)} ${UNITS[power]}`;
}

export function secondsText(seconds: number): string {
  if (seconds < 120) return `${rough(seconds)} s`;
  return seconds < 7_200 ? `${rough(seconds / 60)} min` : `${rough(seconds / 3_600)} h`;
}
