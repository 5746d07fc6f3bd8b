import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCostSvg } from './cost-plot.ts';
import { toMarkdown } from './markdown.ts';
import { toSvg } from './plot.ts';
import type { Report } from './report.ts';
import { toJson } from './rows.ts';
import { toSummary } from './summary.ts';

/** Writes `<data set>.json`, `.md` and two pictures, and the summary of the folder; answers their paths. */
export function writeReport(report: Report, folder: string): string[] {
  const { name } = report.dataset;
  const pictures = { speed: `${name}.svg`, costs: `${name}-costs.svg` };
  const files: [name: string, content: string][] = [
    [`${name}.json`, toJson(report)],
    [`${name}.md`, toMarkdown(report, pictures)],
    [pictures.costs, toCostSvg(report)],
  ];
  if (report.curve.length > 0) files.push([pictures.speed, toSvg(report)]);
  mkdirSync(folder, { recursive: true });
  const paths = files.map(([file, content]) => write(join(folder, file), content));
  return [...paths, write(join(folder, 'README.md'), toSummary(folder))];
}

function write(path: string, content: string): string {
  writeFileSync(path, content);
  return path;
}
