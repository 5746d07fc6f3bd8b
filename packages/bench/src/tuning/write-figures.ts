/** `npm run bench:tuning`: puts the figures of the results into `docs/tuning.md`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { RESULTS_FOLDER, TUNING_DOCUMENT, withFigures } from './document.ts';
import { toFigures } from './figures.ts';
import { readResults } from './results.ts';

const document = readFileSync(TUNING_DOCUMENT, 'utf8');
writeFileSync(TUNING_DOCUMENT, withFigures(document, toFigures(readResults(RESULTS_FOLDER))));
console.log(`written: ${TUNING_DOCUMENT}`);
