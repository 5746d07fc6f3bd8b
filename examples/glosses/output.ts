import { SingleBar } from 'cli-progress';
import type { Hit } from 'vecino';
import type { GlossMetadata } from './wordnet.ts';

/** A bar with rate and remaining time on a terminal; a line every few seconds where there is none. */
export function showProgress(total: number): { update(done: number): void; stop(): void } {
  const startMs = performance.now();
  const bar = new SingleBar({
    format: `  ${process.stdout.isTTY ? '{bar} ' : ''}{value} of {total}, {rate} a second, {left} s left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stdout,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
    clearOnComplete: true,
    linewrap: true,
  });
  bar.start(total, 0, { rate: '–', left: '–' });
  return {
    update(done) {
      const seconds = (performance.now() - startMs) / 1_000;
      const left = Math.ceil((seconds / done) * (total - done));
      bar.update(done, { rate: Math.round(done / seconds), left });
    },
    stop() {
      bar.stop();
      const seconds = (performance.now() - startMs) / 1_000;
      console.log(`Done in ${seconds.toFixed(1)} s, ${Math.round(total / seconds)} a second.`);
    },
  };
}

/** Score, words with their explanation, category: in columns that fit into a terminal. */
export function hitLine({ score, document = '', metadata }: Hit<GlossMetadata>): string {
  const width = 72;
  const text = document.length > width ? `${document.slice(0, width - 1)}…` : document.padEnd(width);
  return `    ${score.toFixed(2)}  ${text}  ${metadata?.category}`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The middle one of the times: the first question also waits for the model to be loaded. */
export function medianMs(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return `${sorted[sorted.length >> 1]?.toFixed(1)} ms`;
}
