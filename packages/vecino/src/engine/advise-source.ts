import type { VectorSource } from '../advisor/source.ts';
import type { Advice, AdviseOptions } from '../api/advice.ts';
import type { Filter } from '../api/filter.ts';
import type { JsonObject } from '../api/metadata.ts';
import type { Metric } from '../api/search.ts';
import { matches } from '../filter/matches.ts';
import { parseFilter } from '../filter/parse.ts';
import { readVector } from '../vector/read-vector.ts';
import { openWorkshop } from './database.ts';

/** Advice on vectors that are in no collection. */
export async function adviseSource(
  source: VectorSource,
  options: AdviseOptions,
  threads: number,
): Promise<Advice> {
  const { advise } = await import('../advisor/advise.ts');
  return advise(source, options, { threads, open: () => openWorkshop(threads) });
}

/** What a filter says of metadata that are in no collection. */
export function passedBy(thing: string, filter: Filter): (metadata: JsonObject) => boolean {
  const predicate = parseFilter(thing, filter);
  return (metadata) => matches(predicate, metadata);
}

/** A copy of a vector that is in no collection, or the error that says why none may have it. */
export function soundVector(thing: string, vector: Float32Array, metric: Metric): Float32Array {
  return readVector(thing, vector, vector.length, metric);
}
