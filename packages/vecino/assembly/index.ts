// The engine's exports: everything that JavaScript calls, and nothing else.

export { dot, l2Squared, takeComputations } from './distance';
export { imageAxes, projectSlot } from './flat/learn';
export { projected } from './flat/project';
export { addQuery } from './flat/query';
export { searchBlocks, takeAnswer } from './flat/search';
export { lastError, lastReach, sketchSlot } from './flat/sketch';
export { badLinks, reconnect, unreachable } from './hnsw/check';
export { link, prepareBlock, setEntry, unlink } from './hnsw/link';
export { markReplaced, markStale, moveEntry, release, repair } from './hnsw/repair';
export { searchFiltered, searchGraph } from './hnsw/walk';
export { attach } from './layout';
export { assignNodes } from './lists/assign';
export { lostNodes, strayEntries } from './lists/check';
export { learnCodewords } from './lists/codebook';
export { lastFactor, lastSquare, lastTerm, measureCode } from './lists/codes';
export { beginPass, moveCentroids, moveTowards, seedLists } from './lists/kmeans';
export {
  estimateError, listsBefore, measureSpreads, queryNode, residualSquare, scanNearest, squareToList,
} from './lists/learn';
export { linkListed, listOfNode, unlinkGone, unlinkNode } from './lists/link';
export { clearLists, fillPages, layList, pagesUsed } from './lists/pages';
export { seedRandom } from './lists/random';
export { projectMean, projectNodes } from './lists/project';
export { searchCodes, searchLists } from './lists/search';
export { splitLongest } from './lists/split';
export {
  boundTable, clearTables, closeTable, firstBucketOf, hashNodes, insertNode, laterNodes, layNodes, rightEntries, sketchNodes,
  wrongSketches,
} from './lsh/buckets';
export { askWith, estimateWith } from './lsh/learn';
export { searchTables, takeEstimates } from './lsh/search';
export { slopeFor } from './lsh/sketch';
export { vectorOf } from './original';
export { rerank } from './rerank';
export { scanAllowed, scanList, scanMostAllowed, scanRange } from './scan';
export { encodeGiven, encodeRange } from './sq8';
export { hideNode } from './visited';
