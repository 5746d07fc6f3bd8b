import { describe, expect, it } from 'vitest';
import { expectRefusal, letters, refusalOf, sharedDatabase } from './refusal.ts';

interface Refused {
  readonly what: string;
  readonly options: unknown;
  readonly code: 'OPTION_INVALID' | 'OPTION_UNKNOWN' | 'OPTION_OUT_OF_RANGE' | 'FIELD_UNKNOWN';
  readonly says: readonly string[];
}

const other = { ...letters, name: 'others' };
const pictures = { name: 'pictures', dimension: 3, embedImages: async () => [] };

/** What neither of the calls takes. */
const TARGETS: readonly Refused[] = [
  { what: 'nothing', options: undefined, code: 'OPTION_INVALID', says: ['expected an object'] },
  {
    what: 'no embedding',
    options: {},
    code: 'OPTION_INVALID',
    says: ['"embedding" is undefined', 'the embedding to move to'],
  },
  {
    what: 'a name in its place',
    options: { embedding: 'minilm' },
    code: 'OPTION_INVALID',
    says: ["the embedding's name is undefined"],
  },
  {
    what: 'an embedding of pictures',
    options: { embedding: pictures },
    code: 'OPTION_INVALID',
    says: ['"pictures" takes pictures only', 'expected one of texts'],
  },
  {
    what: 'an unknown metric',
    options: { embedding: other, metric: 'cosinus' },
    code: 'OPTION_INVALID',
    says: ['did you mean "cosine"'],
  },
  {
    what: 'an unknown family',
    options: { embedding: other, index: 'hsnw' },
    code: 'OPTION_INVALID',
    says: ['did you mean "hnsw"'],
  },
  {
    what: 'a field of a collection without',
    options: { embedding: other, field: 'title' },
    code: 'FIELD_UNKNOWN',
    says: ['there is no field "title"'],
  },
];

const OPTIONS: readonly Refused[] = [
  ...TARGETS,
  {
    what: 'progress that is no function',
    options: { embedding: other, onProgress: 'yes' },
    code: 'OPTION_INVALID',
    says: ['"onProgress" is a string, expected a function'],
  },
  {
    what: 'a signal that is none',
    options: { embedding: other, signal: {} },
    code: 'OPTION_INVALID',
    says: ['"signal" is an object (Object), expected an AbortSignal'],
  },
  {
    what: 'an unknown option',
    options: { embedding: other, onprogress: () => undefined },
    code: 'OPTION_UNKNOWN',
    says: ['did you mean "onProgress"'],
  },
];

describe('a move to another model refuses', () => {
  const database = sharedDatabase();

  it.each(OPTIONS)('$what', async ({ options, code, says }) => {
    const notes = await database().openCollection('notes');
    await expectRefusal(database(), () => notes.reembed(options as never), {
      code,
      says: ['reembed collection "notes"', ...says],
    });
  });

  it.each(TARGETS)('to be estimated with $what', async ({ options, code, says }) => {
    const notes = await database().openCollection('notes');
    await expectRefusal(database(), () => notes.estimateReembed(options as never), {
      code,
      says: ['estimateReembed of collection "notes"', ...says],
    });
  });

  it('vectors of a model that are not as it says', async () => {
    const notes = await database().openCollection('notes');
    const wrong = {
      ...other,
      embed: async (texts: readonly string[]) => texts.map(() => [1, Number.NaN, 1]),
    };
    await refusalOf(() => notes.reembed({ embedding: wrong }), {
      code: 'VECTOR_NOT_FINITE',
      says: ['record "a", embedded by "others"'],
    });
    const short = { ...other, embed: async (texts: readonly string[]) => texts.map(() => [1, 1]) };
    await refusalOf(() => notes.reembed({ embedding: short }), {
      code: 'EMBEDDING_FAILED',
      says: ['a vector of 2 dimensions'],
    });
    expect(await notes.reembed({ embedding: letters })).toBe(false);
  });

  it('a second one while one is under way', async () => {
    const notes = await database().openCollection('notes');
    const ending = new AbortController();
    const held = {
      ...other,
      embed: async () =>
        new Promise<never>((_, reject) =>
          ending.signal.addEventListener('abort', () => reject(new Error('ended'))),
        ),
    };
    const first = notes.reembed({ embedding: held, signal: ending.signal });
    await refusalOf(() => notes.reembed({ embedding: other }), {
      code: 'REEMBED_RUNNING',
      says: ['another change of the model is under way'],
    });
    ending.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    await notes.reembed({ embedding: letters });
  });
});
