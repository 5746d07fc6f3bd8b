import { describe, expect, it } from 'vitest';
import { chooseModel } from './choose-model.ts';

const choose = (model: unknown, dimension?: number) => chooseModel('thing', model, dimension);

describe('choosing a model', () => {
  it.each(['intfloat/e5-small-v2', 'Xenova/e5-small-v2', 'e5-small-v2', 'E5-Small-v2:latest'])(
    'knows %s',
    (name) => {
      expect(choose(name)).toEqual({
        description: {
          name,
          dimension: 384,
          queryPrefix: 'query: ',
          documentPrefix: 'passage: ',
          tokensMax: 512,
        },
        dimension: 384,
      });
    },
  );

  it('cuts what may be cut', () => {
    expect(choose('text-embedding-3-large', 256)).toMatchObject({
      description: { dimension: 3_072 },
      dimension: 256,
    });
    expect(choose('nomic-embed-text', 768).dimension).toBe(768);
    expect(() => choose('text-embedding-ada-002', 256)).toThrow(
      'thing: option "dimension" is 256, expected 1536: the vectors of "text-embedding-ada-002" cannot be cut; leave the option out',
    );
    expect(() => choose('nomic-embed-text', 32)).toThrow(/"dimension" is 32, expected 64 to 768/);
    expect(() => choose('nomic-embed-text', 1_024)).toThrow(/"dimension" is 1024, expected 64 to 768/);
  });

  it('takes the dimension of a model that nobody has described', () => {
    expect(choose('house/own', 12)).toEqual({
      description: { name: 'house/own', dimension: 12 },
      dimension: 12,
    });
    expect(() => choose('text-embedding-3-smal')).toThrow(
      /nothing is known of the model "text-embedding-3-smal"; did you mean "text-embedding-3-small"\?.*add `dimension`/,
    );
  });

  it.each([
    [undefined, /option "model" is undefined, expected a name or a description/],
    [null, /option "model" is null/],
    [['a'], /option "model" is an array of 1/],
    ['', /"name" is an empty string, expected a non-empty string/],
    [{ dimension: 3 }, /"name" is undefined/],
    [{ name: 'a' }, /"dimension" is undefined, expected an integer/],
    [{ name: 'a', dimension: 0 }, /"dimension" is 0/],
    [
      { name: 'a', dimension: 3, dimensionMin: 4 },
      /"dimensionMin" is the number 4, expected at most the dimension, 3/,
    ],
    [{ name: 'a', dimension: 3, queryPrefix: 7 }, /"queryPrefix" is the number 7, expected a string/],
    [{ name: 'a', dimension: 3, pooling: 'max' }, /"pooling" is "max"/],
    [{ name: 'a', dimension: 3, prefix: 'x' }, /unknown option "prefix"/],
    [{ name: 'a', dimension: 3, tokensMax: 0.5 }, /"tokensMax" is 0.5/],
    [{ name: 'a', dimension: 3, centred: 1 }, /"centred" is the number 1/],
  ])('refuses %j', (model, message) => {
    expect(() => choose(model)).toThrow(message);
  });
});
