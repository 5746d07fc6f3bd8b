/**
 * The yardsticks behind C++ programs: hnswlib and FAISS as their own users call them, without Node.
 *
 * `npm run bench:peers` compiles the programs (`install-native.ts`) from `peers/native`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askAbout } from '../process/native-process.ts';
import type { NativePeer } from './peer.ts';

/** Where the compiled programs are; git-ignored. */
export const NATIVE_FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'native');

/** The graph index of Malkov and Yashunin by its authors. */
export const hnswlib = nativePeer('hnswlib', 'graph');

/** Exact search by comparing with all, the inner loops of FAISS. */
export const faissFlat = nativePeer('faiss-flat', 'exact');

function nativePeer(name: 'hnswlib' | 'faiss-flat', search: NativePeer['search']): NativePeer {
  const program = join(NATIVE_FOLDER, name);
  return {
    name,
    search,
    isOurs: false,
    program,
    async absence() {
      if (existsSync(program)) return undefined;
      return `${name} is not compiled; npm run bench:peers does that, and says what it needs`;
    },
    about: async () => askAbout(program),
  };
}
