import { createRequire } from 'node:module';
import { stemmer as porter } from 'stemmer';
import type { FullTextLanguage } from '../api/full-text.ts';
import { wordsOf } from './words.ts';

/**
 * Counts up whenever the same text gives other words or stems than before (a change here, another version of the
 * stemmers). It is stored with what was indexed, which is indexed anew where the numbers differ.
 */
export const ANALYSIS_VERSION = 1;

/** A text as it is indexed: words separated by spaces, and in the same places their stems. */
export interface AnalyzedText {
  readonly words: string;
  readonly stems: string;
}

/** Knows one language: its stems and the words that say too little to be looked for. */
export interface Analyzer {
  /** Several texts of one record, kept apart so that no phrase reaches from one into the next. */
  analyze(texts: readonly string[]): AnalyzedText;
  stem(word: string): string;
  isStopWord(word: string): boolean;
}

/** Stands between two texts of a record: a letter for private use, which no word of a text consists of. */
const BOUNDARY = '\u{e000}';

/** Stems that are remembered: texts have few different words, and a stemmer takes a microsecond or two for each. */
const REMEMBERED = 50_000;

const analyzers = new Map<FullTextLanguage, Analyzer>();

/**
 * The analyzer of a language; made when it is first asked for, which loads rules and stop words.
 *
 * Diacritics are folded before words are stemmed. Some rules of French or Spanish then do not see the accents that
 * they ask for, and a few endings stay; in return, a text or query without accents always gives the same stems.
 */
export function analyzerOf(language: FullTextLanguage): Analyzer {
  let analyzer = analyzers.get(language);
  if (analyzer === undefined) {
    analyzer = language === 'none' ? analyzerWith((word) => word, []) : load(language);
    analyzers.set(language, analyzer);
  }
  return analyzer;
}

/** Names that the packages of stemmers and stop words use for a language, where they differ from ours. */
const FOREIGN_NAMES: Partial<Record<FullTextLanguage, string>> = { hindi: 'indian' };

/**
 * Synchronously, because the threads that use it answer their calls one after another. English has a stemmer of
 * another package: that of the large one takes a letter too many ("connection" became "connec").
 */
function load(language: FullTextLanguage): Analyzer {
  const require = createRequire(import.meta.url);
  const name = FOREIGN_NAMES[language] ?? language;
  const { stopwords } = require(`@orama/stopwords/${name}`) as { stopwords: readonly string[] };
  if (language === 'english') return analyzerWith(porter, stopwords);
  const { stemmer } = require(`@orama/stemmers/${name}`) as { stemmer: (word: string) => string };
  return analyzerWith(stemmer, stopwords);
}

function analyzerWith(stemmer: (word: string) => string, stopWords: readonly string[]): Analyzer {
  const ignored = new Set(stopWords.flatMap(wordsToIgnore));
  const stems = new Map<string, string>();
  const stem = (word: string): string => {
    let known = stems.get(word);
    if (known === undefined) {
      known = stemmer(word) || word;
      if (stems.size >= REMEMBERED) stems.clear();
      stems.set(word, known);
    }
    return known;
  };
  return {
    analyze(texts) {
      const parts = texts.map(wordsOf).filter((words) => words.length > 0);
      const join = (of: (word: string) => string) =>
        parts.map((words) => words.map(of).join(' ')).join(` ${BOUNDARY} `);
      return { words: join((word) => word), stems: join(stem) };
    },
    stem,
    isStopWord: (word) => ignored.has(word),
  };
}

/** Of "don't" only the end: "don" may be somebody's name. */
function wordsToIgnore(stopWord: string): string[] {
  const words = wordsOf(stopWord);
  return words.length === 1 ? words : words.slice(1);
}
