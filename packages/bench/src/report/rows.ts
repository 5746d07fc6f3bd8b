import { type EntrantName, engineOf } from '../entrant.ts';
import { judgeGoals } from './goals.ts';
import type { Report, StoreRow } from './report.ts';

/**
 * The report as JSON. Each row under `rows` and `exact` stands by itself: speed and recall beside the cost of
 * building, memory, disk, version and compile options, the parameters, the seed, the machine and the commit,
 * so that rows of many runs can be thrown together and still be told apart.
 */
export function toJson(report: Report): string {
  const { machine, dataset, settings, searches, exact, ...rest } = report;
  const { name, size, dimension, metric, queries, contentHash } = dataset;
  const standing = <Row extends { readonly peer: EntrantName }>(row: Row) => ({
    dataset: name,
    size,
    dimension,
    metric,
    queries,
    contentHash,
    ...report.engines.find(({ peer }) => peer === engineOf(row.peer)),
    ...storeOf(report, row.peer),
    ...row,
    ...settings,
    ...machine,
  });
  const rows = searches.map(standing);
  const content = {
    machine,
    dataset,
    settings,
    goals: judgeGoals(report),
    ...rest,
    rows,
    exact: exact.map(standing),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function storeOf({ stores }: Report, name: EntrantName): StoreRow | undefined {
  return stores.find(({ peer }) => peer === engineOf(name));
}
