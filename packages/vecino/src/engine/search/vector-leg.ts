import { present } from '../../base/assert.ts';
import { rankByBestScore } from './best-score.ts';
import type { LegAnswer, LegQuestion, VectorLeg } from './legs.ts';
import { searchVectors } from './search-vectors.ts';

/** Asks vector legs: one search of the index for all that look near one vector, and several for each of the others. */
export async function askVectorLegs(
  questions: readonly LegQuestion<VectorLeg>[],
  spread: boolean,
): Promise<LegAnswer[]> {
  const [plain, best] = [false, true].map((isBest) =>
    questions.filter(({ leg }) => (leg.best !== undefined) === isBest),
  );
  const near = (await searchVectors(plain ?? [], spread)).values();
  const ranked = (
    await Promise.all((best ?? []).map((question) => rankByBestScore(question, spread)))
  ).values();
  return questions.map(({ leg }) => present((leg.best ? ranked : near).next().value, 'the answer of a leg'));
}
