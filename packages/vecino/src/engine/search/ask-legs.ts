import { present } from '../../base/assert.ts';
import type { CollectionState } from '../collection-state.ts';
import { askFullTextLegs } from './full-text-leg.ts';
import type { Leg, LegAnswer, LegQuestion } from './legs.ts';
import { askVectorLegs } from './vector-leg.ts';

/**
 * Asks the legs of one query or of many at once; answers come in the order of the questions.
 *
 * @param spread over all threads, for many queries
 */
export async function askLegs(
  state: CollectionState,
  questions: readonly LegQuestion[],
  spread: boolean,
): Promise<LegAnswer[]> {
  const near = questions.filter((question) => isOf('vector', question));
  const words = questions.filter((question) => isOf('fullText', question));
  const [nearest, worded] = (
    await Promise.all([askVectorLegs(near, spread), askFullTextLegs(state, words)])
  ).map((answers) => answers.values());
  return questions.map(({ leg }) => {
    const answers = leg.kind === 'vector' ? nearest : worded;
    return present(answers?.next().value, 'the answer of a leg');
  });
}

function isOf<Kind extends Leg['kind']>(
  kind: Kind,
  question: LegQuestion,
): question is LegQuestion<Extract<Leg, { kind: Kind }>> {
  return question.leg.kind === kind;
}
