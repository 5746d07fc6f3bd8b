import { rowsForMetric } from '../distance.ts';
import type { GroundTruth } from '../ground-truth.ts';
import { meanRecall } from '../recall.ts';
import type { FileVectors } from './read-files.ts';

/**
 * The share of the file's neighbours that are right by our own comparison with everything: 1 but for ties, or for a
 * file that was made by another metric or of other rows. Undefined where the file has none.
 */
export function agreementOf(
  { base, queries, dimension, metric, neighbors }: FileVectors,
  truth: GroundTruth,
  k: number,
): number | undefined {
  if (neighbors === undefined) return undefined;
  const { columns, values } = neighbors;
  const rows = base.length / dimension;
  const wanted = Math.min(k, columns);
  const answers = Array.from({ length: queries.length / dimension }, (_, query) =>
    Array.from(values.subarray(query * columns, query * columns + wanted)).filter(
      (row) => row >= 0 && row < rows,
    ),
  );
  const basis = {
    base: rowsForMetric(base, dimension, metric),
    queries: rowsForMetric(queries, dimension, metric),
    dimension,
    truth,
  };
  return meanRecall(basis, answers, wanted);
}
