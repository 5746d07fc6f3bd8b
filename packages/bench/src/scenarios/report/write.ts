import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSvg } from './line-plot.ts';
import { toMarkdown } from './markdown.ts';
import type { ScenarioReport } from './report.ts';

/** Writes `<scenario>-<subject>` as JSON, Markdown and a plot or several, and answers the paths. */
export function writeScenarioReport(report: ScenarioReport, folder: string): string[] {
  const name = `${report.scenario}-${report.subject}`;
  const plots = report.plots.map((plot, i) => ({
    file: report.plots.length === 1 ? `${name}.svg` : `${name}-${i + 1}.svg`,
    svg: toSvg(plot),
  }));
  const files = [
    [`${name}.json`, toJson(report)],
    [
      `${name}.md`,
      toMarkdown(
        report,
        plots.map(({ file }) => file),
      ),
    ],
    ...plots.map(({ file, svg }) => [file, svg] as const),
  ] as const;
  mkdirSync(folder, { recursive: true });
  return files.map(([file, content]) => {
    writeFileSync(join(folder, file), content);
    return join(folder, file);
  });
}

/** Each row stands by itself: what it measured, the conditions, the machine and the commit. */
function toJson(report: ScenarioReport): string {
  const { scenario, subject, title, method, machine, conditions, options, seconds, goals } = report;
  const rows = report.rows.map((row) => ({ scenario, ...row, ...conditions, ...machine }));
  const head = { scenario, subject, title, method, machine, conditions, options, seconds };
  return `${JSON.stringify({ ...head, goals, rows }, null, 2)}\n`;
}
