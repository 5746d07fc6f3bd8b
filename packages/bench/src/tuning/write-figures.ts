/** `npm run bench:tuning`: puts the figures of the results into `docs/tuning.md`. */
import { TUNING_DOCUMENT, writeFigures } from './document.ts';

writeFigures();
console.log(`written: ${TUNING_DOCUMENT}`);
