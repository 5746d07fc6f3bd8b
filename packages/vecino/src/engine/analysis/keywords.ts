import type { Keyword } from '../../api/cluster.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import { TimeSlice } from '../../base/time-slice.ts';

/** What comes later in a text says less about it, and long texts cost time. */
const TEXT_LENGTH_MAX = 2_000;
/** A word of one document of a cluster tells nothing of the others, unless there are hardly others. */
const DOCUMENTS_MIN = 2;
/** Words that are weighed between two chances to pause: some hundred microseconds. */
const STRIDE = 1_024;
/** A word tells a cluster from others where it is so many times as frequent as in these. */
const LIFT_MIN = 2;

interface Weighed extends Keyword {
  readonly weight: number;
}

/**
 * Finds the words that tell the documents of one cluster from all others.
 *
 * A word's weight is p · log(p / q), where p is the share of the cluster's documents that have it and q that of all
 * documents: its part of the Kullback-Leibler divergence, which is how c-TF-IDF (Grootendorst, "BERTopic", arXiv
 * 2203.05794) weighs, with shares of documents in the place of counts of words. Words that are everywhere, such as
 * articles, have p = q and weigh nothing, so that no list of stop words is needed, in any language.
 */
export class ClusterWords {
  private readonly segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  /** How many documents have a word: of each cluster, and of all together. */
  private readonly counts: Map<string, number>[];
  private readonly total = new Map<string, number>();
  private readonly documents: number[];

  constructor(clusters: number) {
    this.counts = Array.from({ length: clusters }, () => new Map());
    this.documents = Array<number>(clusters).fill(0);
  }

  add(cluster: number, text: string): void {
    this.documents[cluster] = (this.documents[cluster] ?? 0) + 1;
    for (const word of this.wordsOf(text)) {
      const counts = this.counts[cluster];
      counts?.set(word, (counts.get(word) ?? 0) + 1);
      this.total.set(word, (this.total.get(word) ?? 0) + 1);
    }
  }

  /** The words of a cluster that weigh most; in slices, for a large cluster has all the words of a language. */
  async keywordsOf(cluster: number, most: number): Promise<Keyword[]> {
    const own = this.documents[cluster] ?? 0;
    const all = this.documents.reduce((sum, count) => sum + count, 0);
    const countMin = Math.min(DOCUMENTS_MIN, own);
    const weightiest = new FirstInOrder<Weighed>(
      most,
      (a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1),
    );
    const slice = new TimeSlice();
    let seen = 0;
    for (const [word, count] of this.counts[cluster] ?? []) {
      if (seen++ % STRIDE === 0) await slice.pause();
      const share = count / own;
      const weight = share * Math.log(share / ((this.total.get(word) ?? count) / all));
      const shareOfOthers = ((this.total.get(word) ?? count) - count) / Math.max(1, all - own);
      const tells = weight > 0 && share >= LIFT_MIN * shareOfOthers;
      if (count >= countMin && tells) weightiest.add({ word, share, weight });
    }
    return weightiest.elements.map(({ word, share }) => ({ word, share }));
  }

  private wordsOf(text: string): Set<string> {
    const words = new Set<string>();
    for (const { segment, isWordLike } of this.segmenter.segment(
      text.slice(0, TEXT_LENGTH_MAX).toLowerCase(),
    )) {
      if (isWordLike && /\p{L}/u.test(segment)) words.add(segment);
    }
    return words;
  }
}
