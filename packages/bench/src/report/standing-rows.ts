import { type EntrantName, engineOf } from '../entrant.ts';
import type { Report } from './report.ts';

/**
 * Rows that stand by themselves: speed and recall beside the cost of building, memory, disk, version and compile
 * options, the parameters, the seed, the machine and the commit, so that rows of many runs can be thrown together and
 * still be told apart.
 */
export function rowsOf(report: Report) {
  const { machine, dataset, settings, searches, exact } = report;
  const { name, size, dimension, metric, queries, contentHash } = dataset;
  const standing = <Row extends { readonly peer: EntrantName }>(row: Row) => ({
    dataset: name,
    size,
    dimension,
    metric,
    queries,
    contentHash,
    ...report.engines.find(({ peer }) => peer === engineOf(row.peer)),
    ...report.stores.find(({ peer }) => peer === engineOf(row.peer)),
    ...row,
    ...settings,
    ...machine,
  });
  return { rows: searches.map(standing), exact: exact.map(standing) };
}
