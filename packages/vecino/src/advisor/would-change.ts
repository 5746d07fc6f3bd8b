import type { AdvicePoint, Forecast } from '../api/advice.ts';
import { type Contender, choose, grouped, memoryText, rounded } from './choose.ts';
import { atRecall } from './sweep.ts';

/** Sizes that are looked at: so many times as many records as there are, and as few. */
const SIZES = [1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100] as const;
/** Among fewer every search takes what every search takes. */
const SIZE_MIN = 1_000;
const RECALLS = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995] as const;
/** Another one must be this much faster for a choice to change. */
const FASTER = 1.05;

/**
 * What would change the choice: other numbers of records, recalls, memory and updates, each from the measured curves.
 *
 * @param forecastAt foretells a contender's figures for another number of records
 */
export function wouldChange(
  best: Contender,
  contenders: readonly Contender[],
  wanted: { readonly recall: number },
  records: number,
  forecastAt: (contender: Contender, records: number) => Forecast | undefined,
): string[] {
  const others = contenders.filter((one) => one !== best);
  return [
    ...bySize(best, others, records, forecastAt),
    ...byRecall(best, others, wanted.recall),
    ...byMemory(best, others),
    ...byUpdates(best, others),
  ];
}

function bySize(
  best: Contender,
  others: readonly Contender[],
  records: number,
  forecastAt: (contender: Contender, records: number) => Forecast | undefined,
): string[] {
  const winnerAt = (size: number) => {
    const own = forecastAt(best, size)?.qps.value ?? 0;
    const [winner] = others
      .map((other) => ({ name: other.name, qps: forecastAt(other, size)?.qps.value ?? 0 }))
      .filter(({ qps }) => qps > FASTER * own)
      .sort((a, b) => b.qps - a.qps);
    return winner?.name;
  };
  const sentences: string[] = [];
  for (const [word, sizes] of [
    ['more', SIZES.map((times) => times * records)],
    ['fewer', SIZES.map((times) => records / times).filter((size) => size >= SIZE_MIN)],
  ] as const) {
    const size = sizes.find((one) => winnerAt(one) !== undefined);
    if (size !== undefined)
      sentences.push(
        `With ${word} than about ${rounded(size)} records ${winnerAt(size)} is foretold to be faster.`,
      );
  }
  return sentences;
}

/** On the curves of the largest size that both were measured at. */
function byRecall(best: Contender, others: readonly Contender[], target: number): string[] {
  const size = best.samples.at(-1)?.records;
  const curves = [best, ...others].flatMap((one) => {
    const sample = one.samples.find(({ records }) => records === size);
    return sample ? [{ name: one.name, points: sample.points }] : [];
  });
  const winnerAt = (recall: number) => {
    const speeds = curves.flatMap(({ name, points }) => {
      const qps = speedAt(points, recall);
      return qps === undefined ? [] : [{ name, qps }];
    });
    const own = speeds.find(({ name }) => name === best.name)?.qps;
    // Its curve ends before: nothing is known of it there.
    if (own === undefined) return undefined;
    const [fastest] = speeds.sort((a, b) => b.qps - a.qps);
    return fastest && fastest.qps > FASTER * own ? fastest : undefined;
  };
  const sentences: string[] = [];
  for (const recalls of [
    RECALLS.filter((recall) => recall > target + 1e-9),
    RECALLS.filter((recall) => recall < target - 1e-9).reverse(),
  ]) {
    const recall = recalls.find((one) => winnerAt(one) !== undefined);
    const winner = recall === undefined ? undefined : winnerAt(recall);
    if (winner) {
      sentences.push(
        `At recall ${recall} ${winner.name} is the fastest: ${rounded(winner.qps)} searches a second among ${grouped(size ?? 0)} records.`,
      );
    }
  }
  return sentences;
}

function speedAt(points: readonly AdvicePoint[], recall: number): number | undefined {
  return atRecall(points, recall)?.qps;
}

function byMemory(best: Contender, others: readonly Contender[]): string[] {
  const bytes = best.forecast.memoryBytes.value;
  const smaller = others.filter(({ forecast }) => forecast.memoryBytes.value < 0.9 * bytes);
  const next = choose(smaller)?.best;
  if (!next) return [];
  return [
    `With less than ${memoryText(bytes)} of memory it would be ${next.name}: ${memoryText(next.forecast.memoryBytes.value)}, and ${rounded(next.forecast.qps.value)} searches a second.`,
  ];
}

function byUpdates(best: Contender, others: readonly Contender[]): string[] {
  const updates = (one: Contender) => one.samples.at(-1)?.updatesPerSecond ?? 0;
  const own = updates(best);
  const [next] = others.filter((one) => updates(one) > 1.5 * own);
  if (!next || own === 0) return [];
  return [
    `With more than ${rounded(own)} updates a second it would be ${next.name}, which takes ${rounded(updates(next))}.`,
  ];
}
