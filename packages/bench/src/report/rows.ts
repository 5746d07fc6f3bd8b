import { judgeGoals } from './goals.ts';
import type { Report } from './report.ts';
import { rowsOf } from './standing-rows.ts';

/** The report as JSON; each row under `rows` and `exact` stands by itself. */
export function toJson(report: Report): string {
  const { machine, dataset, settings, searches: _, exact: _exact, ...rest } = report;
  const { rows, exact: exactRows } = rowsOf(report);
  const content = {
    machine,
    dataset,
    settings,
    goals: judgeGoals(report),
    ...rest,
    rows,
    exact: exactRows,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
