import { describe, expect, it } from 'vitest';
import { readGlosses } from './wordnet.ts';

describe('readGlosses', () => {
  const glosses = readGlosses(4_000);

  it('reads words, explanation, section and part of speech', () => {
    expect(glosses.find(({ id }) => id === '02377103-n')).toEqual({
      id: '02377103-n',
      document:
        'horse, Equus caballus: solid-hoofed herbivorous quadruped domesticated since prehistoric times',
      metadata: {
        category: 'noun.animal',
        partOfSpeech: 'noun',
        words: ['horse', 'Equus caballus'],
      },
    });
  });

  it('takes the most used of each of the 45 sections first', () => {
    const categories = glosses.slice(0, 45).map(({ metadata }) => metadata.category);
    expect(new Set(categories).size).toBe(45);
    expect(glosses[2]?.metadata.words[0]).toBe('horse');
  });

  it('gives every record an id of its own and a complete text', () => {
    expect(new Set(glosses.map(({ id }) => id)).size).toBe(4_000);
    for (const { document, metadata } of glosses) {
      expect(document).toMatch(/^\S.*: \S/);
      expect(document).not.toMatch(/_|undefined|; "/);
      expect(['noun', 'verb', 'adjective', 'adverb']).toContain(metadata.partOfSpeech);
    }
  });

  it('is the same for every count, as far as it goes', () => {
    expect(readGlosses(100)).toEqual(glosses.slice(0, 100));
  });
});
