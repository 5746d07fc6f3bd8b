import { describe, expect, it } from 'vitest';
import { ClusterWords } from './keywords.ts';

function wordsOf(clusters: readonly (readonly string[])[]): ClusterWords {
  const words = new ClusterWords(clusters.length);
  for (const [cluster, texts] of clusters.entries()) for (const text of texts) words.add(cluster, text);
  return words;
}

describe('keywords', () => {
  const words = wordsOf([
    ['the horse runs', 'a Horse, and the rider', 'the stable of the horse', 'the rider waits'],
    ['the ship sails', 'a ship in the harbour', 'the harbour', 'the captain of 1900'],
  ]);

  it('are words that the other clusters lack, the most frequent first', async () => {
    expect(await words.keywordsOf(0, 2)).toEqual([
      { word: 'horse', share: 0.75 },
      { word: 'rider', share: 0.5 },
    ]);
    expect((await words.keywordsOf(1, 2)).map(({ word }) => word)).toEqual(['harbour', 'ship']);
  });

  it('are no words that are everywhere, no numbers, and none that only one document has', async () => {
    const keywords = [...(await words.keywordsOf(0, 100)), ...(await words.keywordsOf(1, 100))];
    const all = keywords.map(({ word }) => word);
    expect(all).not.toContain('the');
    expect(all).not.toContain('1900');
    expect(all).not.toContain('captain');
  });

  it('are found in scripts without blanks, too', async () => {
    const chinese = wordsOf([
      ['我喜欢苹果', '苹果很好吃'],
      ['火车很快', '我坐火车'],
    ]);
    expect(await chinese.keywordsOf(0, 1)).toEqual([{ word: '苹果', share: 1 }]);
  });

  it('are none where there are no documents', async () => {
    expect(await new ClusterWords(2).keywordsOf(1, 5)).toEqual([]);
  });
});
