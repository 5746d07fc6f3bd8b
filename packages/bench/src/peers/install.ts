/**
 * `npm run bench:peers`: installs and compiles the engines that Vecino is measured against, in folders of
 * their own. Each step says what it does and what it needs; one that fails leaves its engine out of the
 * benchmark and is said, and the others go on.
 */
import { installFaiss, installHnswlib } from './install-native.ts';
import { compileHnswlibNodeForThisProcessor, installNpmPeers } from './install-npm.ts';

interface Step {
  readonly what: string;
  readonly needs: string;
  run(): void;
}

const STEPS: readonly Step[] = [
  {
    what: 'hnswlib-node, usearch and the words of the data set glove from npm',
    needs: 'a C++ compiler and Python, for hnswlib-node',
    run: installNpmPeers,
  },
  {
    what: 'hnswlib-node compiled for this processor',
    needs: 'the step before',
    run: compileHnswlibNodeForThisProcessor,
  },
  {
    what: 'hnswlib as a C++ program',
    needs: 'g++ and its headers: apt-get install g++ libhnswlib-dev',
    run: installHnswlib,
  },
  {
    what: 'FAISS with AVX2 as C++ programs, which takes some minutes',
    needs:
      'g++, OpenBLAS and the tools to unpack Debian’s source package: apt-get install g++ libopenblas-dev dpkg-dev',
    run: installFaiss,
  },
];

let failed = 0;
for (const { what, needs, run } of STEPS) {
  console.log(`\n${what} (needs ${needs})`);
  try {
    run();
    console.log('done');
  } catch (error) {
    failed += 1;
    console.error(`not installed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
if (failed > 0)
  console.error(`\n${failed} of ${STEPS.length} steps failed; the report will say what is missing`);
