import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMarkdown } from './markdown.ts';
import { toSvg } from './plot.ts';
import type { Report } from './report.ts';
import { toJson } from './rows.ts';

/** Writes `<data set>.json`, `.md` and `.svg`, and answers their paths. */
export function writeReport(report: Report, folder: string): string[] {
  const { name } = report.dataset;
  mkdirSync(folder, { recursive: true });
  const files = {
    [`${name}.json`]: toJson(report),
    [`${name}.md`]: toMarkdown(report, `${name}.svg`),
    [`${name}.svg`]: toSvg(report),
  };
  return Object.entries(files).map(([file, content]) => {
    writeFileSync(join(folder, file), content);
    return join(folder, file);
  });
}
