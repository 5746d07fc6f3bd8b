/**
 * Files of vectors, read and written as streams: NumPy, fvecs/bvecs/ivecs, HDF5 of ann-benchmarks, Parquet, JSONL.
 *
 * @packageDocumentation
 */
export { VECTOR_FORMATS, type VectorFormat, vectorFormatOf } from './format.ts';
export { gridsOfHdf5 } from './grid/hdf5.ts';
export { openVectorFile, readIntegerRows } from './open.ts';
export { readVectors } from './read-vectors.ts';
export type { RowFields, VectorFile, VectorFileOptions, VectorMatrix, VectorRow } from './vector-file.ts';
export type { ByteSink } from './write/sink.ts';
export {
  WRITTEN_FORMATS,
  type WriteOptions,
  type WrittenFormat,
  writeVectorFile,
  writeVectors,
} from './write/write.ts';
