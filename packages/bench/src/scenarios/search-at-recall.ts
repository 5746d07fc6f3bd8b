/** The time of a search at a recall that no whole effort gives exactly, from the efforts on both sides of it. */
import type { Collection, SearchQuery } from 'vecino';
import { mean } from 'vecino/measure';
import type { Progress } from '../progress.ts';
import { answersOf } from './collections.ts';
import { type Data, questionsOf } from './data.ts';
import type { ExactAnswers } from './exact-answers.ts';
import { effortOf, type FamilyFacts } from './families.ts';
import { medianFigures, type TimingOptions, timeInTurns } from './timing.ts';

export interface AtRecall {
  /** Efforts below and above the recall, between which time is interpolated; one where the least reaches it. */
  readonly efforts: string;
  readonly recalls: string;
  /** Share of the searches that the index itself answered, and not a comparison with all. */
  readonly byIndex: number;
  readonly distanceComputations: number;
  /** Processor time of a search at the recall. */
  readonly searchMicroseconds: number;
  readonly wallMicroseconds: number;
}

export interface AtRecallTask extends TimingOptions {
  readonly collection: Collection;
  readonly facts: FamilyFacts;
  readonly data: Data;
  readonly truth: ExactAnswers;
  readonly k: number;
  readonly recall: number;
}

/** One effort with what it finds. */
interface Tried {
  readonly effort: number;
  readonly recall: number;
  readonly byIndex: number;
  readonly distanceComputations: number;
}

/** @returns undefined where no effort that is tried reaches the recall */
export async function searchAtRecall(task: AtRecallTask, progress: Progress): Promise<AtRecall | undefined> {
  const bracket = await bracketOf(task);
  const [low, high = low] = bracket;
  if (!low || !high || high.recall < task.recall) return undefined;
  const laps = [low, high].map(({ effort }) => queriesAt(task, effort));
  const timed = (await timeInTurns(task.collection, laps, task, progress)).map(medianFigures);
  const share = high.recall > low.recall ? (task.recall - low.recall) / (high.recall - low.recall) : 1;
  /** Between the two efforts, in the logarithm; at the least effort where that suffices. */
  const between = (a: number, b: number) => Math.exp(Math.log(a) + clamped(share) * Math.log(b / a));
  const microseconds = (figure: 'qps' | 'qpsOfCpu') =>
    between(1e6 / (timed[0]?.[figure] ?? 0), 1e6 / (timed[1]?.[figure] ?? 0));
  const { knob } = task.facts;
  return {
    efforts: knob ? `${knob.name} ${low.effort} and ${high.effort}` : 'exact',
    recalls: `${low.recall.toFixed(4)} and ${high.recall.toFixed(4)}`,
    byIndex: high.byIndex,
    distanceComputations: between(low.distanceComputations, high.distanceComputations),
    searchMicroseconds: microseconds('qpsOfCpu'),
    wallMicroseconds: microseconds('qps'),
  };
}

/** The last effort below the recall and the first that reaches it; one alone where that is the first of all. */
async function bracketOf(task: AtRecallTask): Promise<Tried[]> {
  const { collection, facts, truth } = task;
  const bracket: Tried[] = [];
  for (const effort of facts.knob?.efforts ?? [0]) {
    const answers = await answersOf(collection, queriesAt(task, effort));
    const { recall } = truth.judge(answers.map(({ rows }) => rows));
    const explained = answers.map(({ explain }) => explain);
    const byIndex = explained.filter(({ way }) => (way as string) === facts.way).length / explained.length;
    const distanceComputations = mean(explained.map((explain) => explain.distanceComputations));
    bracket.splice(0, bracket.length - 1);
    bracket.push({ effort, recall, byIndex, distanceComputations });
    if (recall >= task.recall) break;
  }
  return bracket;
}

function queriesAt({ data, k, facts }: AtRecallTask, effort: number): SearchQuery[] {
  return questionsOf(data).map((vector) => ({ vector, k, ...effortOf(facts, effort), include: [] }));
}

function clamped(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
