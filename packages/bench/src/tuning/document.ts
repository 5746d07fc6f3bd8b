import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toFigures } from './figures.ts';
import { readResults } from './results.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

export const TUNING_DOCUMENT = join(ROOT, 'docs', 'tuning.md');
export const RESULTS_FOLDER = join(ROOT, 'packages', 'bench', 'results');

/** Between these two lines stands what is made from the results; the rest of the document is written by hand. */
const BEGIN = '<!-- Made from packages/bench/results by `npm run bench:tuning`; do not edit. -->';
const END = '<!-- End of what is made. -->';

/** Brings the document up to date after a run that has left its results in a folder, if that is the one it quotes. */
export function quoteResultsOf(folder: string): void {
  if (resolve(folder) === RESULTS_FOLDER) writeFigures();
}

/** Puts the figures of the results into the document. */
export function writeFigures(): void {
  const document = readFileSync(TUNING_DOCUMENT, 'utf8');
  writeFileSync(TUNING_DOCUMENT, withFigures(document, toFigures(readResults(RESULTS_FOLDER))));
}

/** The document with other figures in their place. */
export function withFigures(document: string, figures: string): string {
  const [before, rest] = parted(document, BEGIN);
  const [, after] = parted(rest, END);
  return `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`;
}

function parted(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`the document has lost its line "${mark}"; put it back around the figures`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
