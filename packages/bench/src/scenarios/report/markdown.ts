import { rounded } from '../../report/numbers.ts';
import type { Goal } from '../scenario.ts';
import type { ScenarioReport } from './report.ts';
import { tableOf, toMarkdownTable } from './table.ts';

/** The report for people. @param plots file names of the plots */
export function toMarkdown(report: ScenarioReport, plots: readonly string[] = []): string {
  const sections = [
    `# ${report.title}`,
    report.method,
    conditions(report),
    ...plots.map((file, i) => `![${report.plots[i]?.title ?? ''}](${file})`),
    ...report.tables.map((table) => `## ${table.caption}\n\n${toMarkdownTable(table)}`),
    goals(report.goals),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function conditions({ machine, conditions, seconds }: ScenarioReport): string {
  const { M, efConstruction, seed, pinTo } = conditions;
  const pinned = pinTo === undefined ? 'untied' : `tied to processor ${pinTo}`;
  return [
    `M ${M}, efConstruction ${efConstruction}, seed ${seed}; timed searches of one thread ${pinned}.`,
    `Commit ${machine.commit}, ${machine.date.slice(0, 10)}, Node ${machine.node}, ${machine.platform}, ${machine.processors} x ${machine.processor}, ${machine.memoryGiB} GiB; load before the run ${machine.loadBefore}; the run took ${rounded(seconds)} s.`,
  ].join('\n');
}

function goals(goals: readonly Goal[]): string {
  if (goals.length === 0) return '';
  const table = tableOf('What was promised', goals, [
    { head: 'promise', align: 'l', cell: ({ promise }) => promise },
    { head: 'found', align: 'l', cell: ({ found }) => found },
    { head: 'kept', align: 'l', cell: ({ kept }) => (kept ? 'yes' : '**no**') },
  ]);
  return `## ${table.caption}\n\n${toMarkdownTable(table)}`;
}
