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

interface KnownQuestion {
  readonly text: string;
  /** The explanation that it is about. */
  readonly id: string;
}

/** Questions with one right answer each: some in everybody's words, some in a term, a few in both. */
export const known: readonly KnownQuestion[] = [
  { text: 'When does water fall from the sky?', id: '02762516-v' },
  { text: 'Who cures people when they are ill?', id: '10040615-n' },
  { text: 'a hot drink that keeps students awake', id: '07945759-n' },
  { text: 'an animal to ride on', id: '02377103-n' },
  { text: 'a loyal pet that barks', id: '02086723-n' },
  { text: 'Canis familiaris', id: '02086723-n' },
  { text: 'Equus caballus', id: '02377103-n' },
  { text: 'H2O', id: '14869913-n' },
  { text: 'caput', id: '05546258-n' },
  { text: 'infusion of ground beans', id: '07945759-n' },
  { text: 'certificate bearing interest', id: '13438583-n' },
  { text: 'licensed to practise medicine', id: '10040615-n' },
];
