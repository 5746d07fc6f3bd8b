/**
 * Churn: what a collection is worth after half of its records have been removed and others inserted, over and
 * over. Recall and memory are compared with those of a collection that was built of the last state at once.
 */
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { seededRandom } from '../random.ts';
import { megabytes, rounded, whole } from '../report/numbers.ts';
import { drawGenerations, type Generation } from './churn-generations.ts';
import { ChurnJudge, type ChurnRow } from './churn-judge.ts';
import { build, createCollection, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, loadData, questionsOf } from './data.ts';
import { measureOpened, type OpenedMemory } from './opened-memory.ts';
import { inFreshProcess } from './process/fresh-process.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Goal, Scenario } from './scenario.ts';

export interface ChurnOptions {
  /** Half of these rows are stored at any time, the others wait for their turn. */
  readonly data: DataRequest;
  readonly k: number;
  readonly efforts: readonly number[];
  readonly rounds: number;
}

const FULL = { k: 10, efforts: [16, 64], rounds: 10 } as const;

export const churn: Scenario<ChurnOptions> = {
  about: 'half of the records removed and others inserted, ten times over, against a fresh build',
  sizes: {
    full: [
      { ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 500 } },
      { ...FULL, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 500 } },
    ],
    quick: [{ ...FULL, data: { dataset: 'glosses', prepared: 20_000, rows: 10_000, queries: 200 } }],
    tiny: [
      {
        ...FULL,
        rounds: 3,
        data: { dataset: 'synthetic', prepared: 3_000, rows: 3_000, queries: 50, dimension: 16 },
      },
    ],
  },
  run: runChurn,
};

const RECALL_LOSS_MAX = 0.01;
const MEMORY_MAX = 1.2;

async function runChurn(
  options: ChurnOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const data = await loadData(options.data, conditions, progress);
  const generations = drawGenerations(data.rows, options.rounds, seededRandom(conditions.seed));
  progress(`${data.name}: exact answers after each of ${options.rounds} rounds`);
  const judge = new ChurnJudge(data, generations, options);

  using folder = temporaryFolder(conditions);
  const churnedFolder = join(folder.path, 'churned');
  const freshFolder = join(folder.path, 'fresh');
  const rows: ChurnRow[] = [];
  const problems: string[] = [];
  {
    await using churned = await createCollection(churnedFolder, data, conditions);
    const { collection } = churned;
    for (const [round, { removed, inserted }] of generations.entries()) {
      progress(`${data.name}: round ${round}, ${removed.length} out and ${inserted.length} in`);
      const replace = async () => {
        if (removed.length > 0) await collection.remove(removed.map(String));
        await build(collection, data, inserted, progress);
      };
      rows.push(await judge.after(replace, collection, 'churned', round));
    }
    progress(`${data.name}: compacting`);
    rows.push(await judge.after(() => collection.compact(), collection, 'compacted', options.rounds));
    problems.push(...(await collection.check()).problems);
  }
  {
    progress(`${data.name}: building afresh what is stored after the last round`);
    await using fresh = await createCollection(freshFolder, data, conditions);
    const { collection } = fresh;
    const stored = rowsIn(generations.at(-1));
    const buildAfresh = () => build(collection, data, stored, progress);
    rows.push(await judge.after(buildAfresh, collection, 'fresh', options.rounds));
  }
  const [churnedMemory, freshMemory] = [await opened(churnedFolder), await opened(freshFolder)];
  return findingsOf(data, options, rows, churnedMemory, freshMemory, problems);

  function opened(folderOfOne: string): Promise<OpenedMemory> {
    const task = { folder: folderOfOne, queries: questionsOf(data) };
    return inFreshProcess(new URL('./opened-memory.ts', import.meta.url), measureOpened, task, progress);
  }
}

function rowsIn(generation: Generation | undefined): number[] {
  return Array.from(generation?.stored.entries() ?? [])
    .filter(([, isStored]) => isStored === 1)
    .map(([row]) => row);
}

function findingsOf(
  data: Data,
  options: ChurnOptions,
  rows: readonly ChurnRow[],
  churned: OpenedMemory,
  fresh: OpenedMemory,
  problems: readonly string[],
): Findings {
  const { name, dimension, metric } = data;
  const { efforts, rounds, k } = options;
  const live = whole(rows[0]?.records ?? 0);
  return {
    subject: name,
    title: `Churn: ${name}, ${live} x ${dimension}, ${metric}`,
    method: `Half of the records removed, drawn at random, and as many others inserted, ${rounds} times over, each time waiting until all is linked; then \`compact()\`. "Fresh" is a collection built at once of what is stored in the end. ${data.queries} queries, k = ${k}.`,
    rows: rows.map(({ recalls, ...row }) => ({
      dataset: name,
      dimension,
      metric,
      k,
      ...row,
      ...Object.fromEntries(efforts.map((effort, i) => [`recallAtEf${effort}`, recalls[i] ?? 0])),
    })),
    tables: [
      tableOf('After each round', rows, [
        { head: 'collection', align: 'l', cell: (row) => row.collection },
        { head: 'round', cell: ({ round }) => whole(round) },
        ...efforts.map((effort, i) => ({
          head: `recall, ef ${effort}`,
          cell: ({ recalls }: ChurnRow) => (recalls[i] ?? 0).toFixed(4),
        })),
        { head: 'distances', cell: (row) => whole(row.distanceComputations) },
        { head: 'wrong', cell: (row) => whole(row.wrongHits + row.wrongCounts) },
        { head: 'seconds', cell: ({ seconds }) => rounded(seconds) },
        { head: 'CPU s', cell: ({ cpuSeconds }) => rounded(cpuSeconds) },
        { head: 'records', cell: ({ records }) => whole(records) },
        { head: 'slots', cell: ({ slots }) => whole(slots) },
        { head: 'removed', cell: ({ removed }) => whole(removed) },
        { head: 'unreached', cell: ({ unreached }) => whole(unreached) },
        { head: 'memory reported', cell: (row) => megabytes(row.reportedBytes) },
        { head: 'process', cell: ({ processBytes }) => megabytes(processBytes) },
        { head: 'snapshot', cell: ({ snapshotBytes }) => megabytes(snapshotBytes) },
        { head: 'store', cell: ({ storeBytes }) => megabytes(storeBytes) },
      ]),
      tableOf(
        'Opened in a fresh process',
        [
          { at: 'compacted', ...churned },
          { at: 'fresh', ...fresh },
        ],
        [
          { head: 'collection', align: 'l', cell: ({ at }) => at },
          { head: 'memory reported', cell: (row) => megabytes(row.reportedBytes) },
          { head: 'resident', cell: ({ residentBytes }) => megabytes(residentBytes) },
        ],
      ),
    ],
    plots: [
      {
        title: `${name}: recall@${k} under churn`,
        note: 'half of the records change in each round; the dashed line is a fresh build at the smallest effort',
        x: { label: 'round', scale: 'linear', ticks: Array.from({ length: rounds + 1 }, (_, i) => i) },
        y: { label: 'recall', scale: 'linear' },
        series: efforts.map((effort, i) => ({
          name: `efSearch ${effort}`,
          points: rows
            .filter(({ collection }) => collection === 'churned')
            .map(({ round, recalls }) => [round, recalls[i] ?? 0] as const),
        })),
        goal: { y: rows.at(-1)?.recalls[0] ?? 1, name: 'fresh build' },
      },
    ],
    goals: goalsOf(options, rows, churned, fresh, problems),
  };
}

function goalsOf(
  { efforts }: ChurnOptions,
  rows: readonly ChurnRow[],
  churned: OpenedMemory,
  fresh: OpenedMemory,
  problems: readonly string[],
): Goal[] {
  const compacted = rows.find(({ collection }) => collection === 'compacted');
  const built = rows.find(({ collection }) => collection === 'fresh');
  if (!compacted || !built) throw new Error('churn: a row is missing');
  const losses = efforts.map((_, i) => (built.recalls[i] ?? 0) - (compacted.recalls[i] ?? 0));
  const memory = compacted.reportedBytes / built.reportedBytes;
  const resident = churned.residentBytes / fresh.residentBytes;
  const wrong = rows.reduce((sum, { wrongHits, wrongCounts }) => sum + wrongHits + wrongCounts, 0);
  return [
    {
      promise: `recall within ${RECALL_LOSS_MAX} of a fresh build`,
      found: efforts.map((effort, i) => `${rounded(losses[i] ?? 0)} lost at ef ${effort}`).join(', '),
      kept: Math.max(...losses) <= RECALL_LOSS_MAX,
    },
    {
      promise: `memory after \`compact()\` within ${MEMORY_MAX} of a fresh build, without opening anew`,
      found: `${rounded(memory)} reported`,
      kept: memory <= MEMORY_MAX,
    },
    {
      promise: `and within ${MEMORY_MAX} when both are opened in fresh processes`,
      found: `${rounded(resident)} resident, ${rounded(churned.reportedBytes / fresh.reportedBytes)} reported`,
      kept: resident <= MEMORY_MAX,
    },
    {
      promise: 'every answer has min(k, records) hits, all of them stored, and `check()` finds nothing',
      found: `${wrong} wrong, ${problems.length} problems${problems.length > 0 ? `: ${problems[0]}` : ''}`,
      kept: wrong === 0 && problems.length === 0,
    },
  ];
}
