/**
 * The yardsticks behind C++ programs: hnswlib and FAISS as their own users call them, without Node.
 *
 * `npm run bench:peers` compiles the programs (`install-native.ts`) from `peers/native`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetFacts } from '../datasets/prepared.ts';
import { EF_SEARCH, type Knob, NPROBE, NPROBE_AND_REFINE } from '../knob.ts';
import { askAbout } from '../process/native-process.ts';
import { type FaissListsName, faissRecipe } from './faiss-recipes.ts';
import type { NativePeer, PeerName } from './peer.ts';

/** Where the compiled programs are; git-ignored. */
export const NATIVE_FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'native');

/** Builds FAISS's inverted lists by a recipe, and searches them. */
export const FAISS_LISTS_PROGRAM = join(NATIVE_FOLDER, 'faiss-ivf');

/** The graph index of Malkov and Yashunin by its authors. */
export const hnswlib = nativePeer('hnswlib', { knob: EF_SEARCH });

/** Exact search by comparing with all, the inner loops of FAISS. */
export const faissFlat = nativePeer('faiss-flat');

/** FAISS's fastest: inverted lists of 4-bit codes, scanned with shuffles, and the best compared by vector. */
export const faissIvfPq = faissLists('faiss-ivfpq', NPROBE_AND_REFINE);

/** FAISS's inverted lists of the vectors themselves. */
export const faissIvfFlat = faissLists('faiss-ivfflat', NPROBE);

function faissLists(name: FaissListsName, knob: Knob): NativePeer {
  const recipe = (facts: DatasetFacts) => faissRecipe(name, facts);
  return nativePeer(name, { knob, recipe }, FAISS_LISTS_PROGRAM);
}

function nativePeer(
  name: PeerName,
  traits: Pick<NativePeer, 'knob' | 'recipe'> = {},
  program = join(NATIVE_FOLDER, name),
): NativePeer {
  return {
    name,
    ...traits,
    isOurs: false,
    program,
    async absence() {
      if (existsSync(program)) return undefined;
      return `${name} is not compiled; npm run bench:peers does that, and says what it needs`;
    },
    about: async () => askAbout(program),
  };
}
