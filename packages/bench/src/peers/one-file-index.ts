import { statSync } from 'node:fs';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { BuildFigures } from './peer.ts';

/**
 * Writes an index that is one file and that linked while it inserted, and answers what building it has cost.
 *
 * @param inserting the stopwatch that has run while records were inserted
 */
export function saveInOneFile(
  path: string,
  inserting: Stopwatch,
  save: (path: string) => void,
): BuildFigures {
  const saving = new Stopwatch();
  saving.start();
  save(path);
  saving.stop();
  const bytes = statSync(path).size;
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: 0,
    saveSeconds: saving.seconds,
    cpuSeconds: inserting.cpuSeconds,
    diskBytes: bytes,
    indexFileBytes: bytes,
  };
}
