/** Told in short sentences what a long run is doing. */
export type Progress = (message: string) => void;

/** Writes each sentence to stderr with the seconds since the start, so that stdout stays the report's. */
export function progressOnStderr(): Progress {
  const start = performance.now();
  return (message) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(7);
    process.stderr.write(`${seconds} s  ${message}\n`);
  };
}

/** Lets through at most one message in `intervalMs`, for work that reports every batch. */
export function throttled(progress: Progress, intervalMs: number): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (performance.now() - last < intervalMs) return;
    last = performance.now();
    progress(message);
  };
}
