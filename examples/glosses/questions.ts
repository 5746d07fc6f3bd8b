import type { Filter } from 'vecino';
import type { GlossMetadata } from './wordnet.ts';

interface Question {
  readonly text: string;
  /** Asked a second time among the explanations that match. The compiler knows the fields. */
  readonly filter: Filter<GlossMetadata>;
}

/** In everybody's words, not in those of a dictionary. */
export const questions: readonly Question[] = [
  { text: 'When does water fall from the sky?', filter: { category: 'verb.weather' } },
  { text: 'something sweet to eat after dinner', filter: { partOfSpeech: 'verb' } },
  { text: 'How do I get from one place to another?', filter: { category: 'noun.artifact' } },
  { text: 'Who cures people when they are ill?', filter: { category: { $in: ['noun.person', 'noun.act'] } } },
  { text: 'giving back money that one owes', filter: { words: { $contains: 'pay' } } },
];
