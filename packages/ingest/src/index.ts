/**
 * Files and pages into a collection of Vecino, as passages.
 *
 * @packageDocumentation
 */
export { type Chunk, type ChunkSize, chunkText } from './chunk/chunk.ts';
export type { CountTokens } from './chunk/units.ts';
export { type IngestReport, ingest } from './ingest.ts';
export type { IngestOptions, IngestProgress, SourceFault } from './options.ts';
export { type Format, formatOf, readBytes } from './read/formats.ts';
export type { Block, BlockKind, Reading } from './read/reading.ts';
export type { PassageMetadata } from './store/passage.ts';
export type { Passages } from './store/stored-sources.ts';
