import type { Report } from './report.ts';

/**
 * The report as JSON. Each row under `rows` stands by itself: speed and recall beside the cost of building,
 * memory, disk, the parameters, the seed, the machine and the commit, so that rows of many runs can be
 * thrown together and still be told apart.
 */
export function toJson(report: Report): string {
  const { machine, dataset, settings, stores, searches, ...rest } = report;
  const { name, size, dimension, metric, queries, contentHash } = dataset;
  const rows = searches.map((search) => ({
    dataset: name,
    size,
    dimension,
    metric,
    queries,
    contentHash,
    ...search,
    ...settings,
    ...stores.find(({ peer }) => peer === search.peer),
    ...machine,
  }));
  return `${JSON.stringify({ machine, dataset, settings, rows, stores, ...rest }, null, 2)}\n`;
}
