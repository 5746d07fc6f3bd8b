import { describe, expect, it } from 'vitest';
import {
  type BadInput,
  expectRefusal,
  letters,
  refusalOf,
  SECRET,
  sharedDatabase,
  shelfOf,
} from './refusal.ts';

const A = { id: 'a' };

/** `search` in the collection `books`, which has no embedding and the metric cosine, given the query. */
const EXAMPLES: readonly BadInput[] = [
  {
    what: 'no examples',
    given: { like: [] },
    code: 'EXAMPLES_EMPTY',
    says: ['search in collection "books"', 'expected at least one in like or unlike'],
    details: { like: 0, unlike: 0 },
  },
  {
    what: 'an average of nothing that is liked',
    given: { unlike: [A], strategy: 'average' },
    code: 'EXAMPLES_EMPTY',
    says: ['expected at least one in like;'],
    details: { like: 0, unlike: 1 },
  },
  {
    what: 'the best score with nothing',
    given: { like: [], unlike: [A], strategy: 'bestScore' },
    code: 'EXAMPLES_EMPTY',
    says: ['expected at least one in like;'],
  },
  {
    what: 'a strategy without examples',
    given: { id: 'a', strategy: 'sum' },
    code: 'EXAMPLES_EMPTY',
    says: ['strategy is given without examples'],
  },
  {
    what: 'examples beside an id',
    given: { like: [A], id: 'b' },
    code: 'QUERY_INVALID',
    says: ['received id and examples'],
  },
  {
    what: 'one example without brackets',
    given: { like: A },
    code: 'OPTION_INVALID',
    says: ['option "like" is an object (Object), expected an array of examples'],
  },
  {
    what: 'an id for an example',
    given: { unlike: [A, 'b'] },
    code: 'OPTION_INVALID',
    says: [
      'unlike 1: options are a string, expected an object of id, collection, text, vector, image, weight',
    ],
  },
  {
    what: 'an example that is null',
    given: { like: [null] },
    code: 'OPTION_INVALID',
    says: ['like 0: options are null'],
  },
  {
    what: 'an unknown field of an example',
    given: { like: [{ id: 'a', wieght: 2 }] },
    code: 'OPTION_UNKNOWN',
    says: ['like 0: unknown option "wieght"; did you mean "weight"?'],
  },
  {
    what: 'an example of nothing',
    given: { like: [{ weight: 2 }] },
    code: 'QUERY_INVALID',
    says: ['like 0: expected exactly one of id, text, image and vector, received none of them'],
  },
  {
    what: 'an example of two things',
    given: { like: [{ id: 'a', text: SECRET }] },
    code: 'QUERY_INVALID',
    says: ['received id and text'],
  },
  {
    what: 'a collection beside a vector',
    given: { like: [{ vector: [1, 2, 3], collection: 'notes' }] },
    code: 'QUERY_INVALID',
    says: ['like 0: collection is a string beside vector, expected the name of a collection beside an id'],
  },
  ...[Number.NaN, Number.POSITIVE_INFINITY, '2', null].map(
    (weight): BadInput => ({
      what: `a weight of ${String(weight)}`,
      given: { like: [A], unlike: [{ id: 'b', weight }] },
      code: 'WEIGHT_INVALID',
      says: ['unlike 0: weight is ', 'expected a finite number'],
    }),
  ),
  {
    what: 'a weight with the strategy bestScore',
    given: { like: [{ id: 'a', weight: 2 }], strategy: 'bestScore' },
    code: 'WEIGHT_INVALID',
    says: ['like 0: weight is given with the strategy bestScore'],
  },
  {
    what: 'weights of a mean that add up to zero',
    given: {
      like: [
        { id: 'a', weight: 1 },
        { id: 'b', weight: -1 },
      ],
      strategy: 'average',
    },
    code: 'WEIGHT_INVALID',
    says: ['add up to 0'],
  },
  {
    what: 'examples that cancel',
    given: { like: [A, { id: 'b' }], unlike: [{ vector: [2, 0, 0] }, { id: 'b' }] },
    code: 'EXAMPLES_CANCEL',
    says: ['the examples add up to a zero vector'],
    details: { metric: 'cosine' },
  },
  {
    what: 'an unknown id',
    given: { like: [A], unlike: [{ id: 'nowhere' }] },
    code: 'RECORD_NOT_FOUND',
    says: ['unlike 0: no record has the id "nowhere"'],
    details: { id: 'nowhere' },
  },
  {
    what: 'an unknown id of another collection',
    given: { like: [{ id: 'nowhere', collection: 'notes' }] },
    code: 'RECORD_NOT_FOUND',
    says: ['like 0: no record in collection "notes" has the id "nowhere"'],
  },
  {
    what: 'an unknown collection',
    given: { like: [{ id: 'a', collection: 'nowhere' }] },
    code: 'COLLECTION_NOT_FOUND',
    says: ['like 0: there is no collection "nowhere"'],
  },
  {
    what: 'a vector of another dimension',
    given: { like: [A, { vector: [1, 2] }] },
    code: 'DIMENSION_MISMATCH',
    says: ['like 1: vector has 2 dimensions, expected 3'],
  },
  {
    what: 'a text where nothing embeds it',
    given: { like: [{ text: SECRET }] },
    code: 'EMBEDDING_MISSING',
    says: ['searching by text needs an embedding'],
  },
  {
    what: 'too many examples',
    given: { like: Array(1_001).fill(A) },
    code: 'OPTION_INVALID',
    says: ['there are 1001 examples, expected at most 1000'],
  },
  {
    what: 'another strategy',
    given: { like: [A], strategy: 'best' },
    code: 'OPTION_INVALID',
    says: ['option "strategy" is "best", expected one of sum, average, bestScore'],
  },
];

/** A question about the whole collection `books` of three records, given its name and the query. */
const QUESTIONS: readonly (BadInput & {
  readonly call: 'anomalies' | 'anomaly' | 'duplicates' | 'clusters';
})[] = [
  {
    call: 'anomalies',
    what: 'too many neighbours',
    given: {},
    code: 'RECORDS_TOO_FEW',
    says: ['there are 3 records, expected at least 21', 'give fewer neighbours'],
    details: { expected: 21, received: 3 },
  },
  {
    call: 'anomalies',
    what: 'an unknown method',
    given: { method: 'lof' },
    code: 'OPTION_INVALID',
    says: ['expected one of outlierFactor, distance'],
  },
  {
    call: 'anomalies',
    what: 'a filter that leaves too few',
    given: { neighbours: 2, filter: { year: 1997 } },
    code: 'RECORDS_TOO_FEW',
    says: ['there is 1 record,'],
  },
  {
    call: 'anomalies',
    what: 'a share above one',
    given: { minScore: 95 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['"minScore" is 95, expected a number from 0 to 1'],
  },
  {
    call: 'anomaly',
    what: 'nothing to judge',
    given: { neighbours: 2 },
    code: 'QUERY_INVALID',
    says: ['anomaly in collection "books"', 'received none of them'],
  },
  {
    call: 'anomaly',
    what: 'an unknown id',
    given: { id: 'nowhere', neighbours: 2 },
    code: 'RECORD_NOT_FOUND',
    says: ['"nowhere"'],
  },
  {
    call: 'anomaly',
    what: 'a vector of another dimension',
    given: { vector: [1], neighbours: 2 },
    code: 'DIMENSION_MISMATCH',
    says: ['1 dimension, expected 3'],
  },
  {
    call: 'duplicates',
    what: 'no threshold',
    given: {},
    code: 'OPTION_INVALID',
    says: ['option "minScore" is undefined, expected the score from which on'],
  },
  {
    call: 'duplicates',
    what: 'no query',
    given: undefined,
    code: 'OPTION_INVALID',
    says: ['option "minScore" is undefined'],
  },
  {
    call: 'duplicates',
    what: 'a threshold that is NaN',
    given: { minScore: Number.NaN },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['"minScore" is NaN'],
  },
  {
    call: 'duplicates',
    what: 'a signal that is none',
    given: { minScore: 1, signal: {} },
    code: 'OPTION_INVALID',
    says: ['option "signal" is an object (Object), expected an AbortSignal'],
  },
  {
    call: 'duplicates',
    what: 'progress that is no function',
    given: { minScore: 1, onProgress: 5 },
    code: 'OPTION_INVALID',
    says: ['option "onProgress" is the number 5, expected a function'],
  },
  {
    call: 'duplicates',
    what: 'a signal that has ended it',
    given: { minScore: 1, signal: AbortSignal.abort() },
    code: 'CANCELLED',
    says: ['duplicates in collection "books"', 'ended by its signal'],
  },
  {
    call: 'clusters',
    what: 'no number of clusters',
    given: {},
    code: 'OPTION_INVALID',
    says: ['option "k" is undefined'],
  },
  {
    call: 'clusters',
    what: 'more clusters than records',
    given: { k: 4 },
    code: 'RECORDS_TOO_FEW',
    says: ['there are 3 records, expected at least 4', 'give a smaller k'],
  },
  {
    call: 'clusters',
    what: 'an unknown option',
    given: { k: 2, keyword: 3 },
    code: 'OPTION_UNKNOWN',
    says: ['did you mean "keywords"?'],
  },
];

describe('in a stocked database', () => {
  const database = sharedDatabase();

  it.each(EXAMPLES)('search by examples refuses $what', async ({ given, ...refusal }) => {
    const shelf = await shelfOf(database());
    await expectRefusal(database(), () => shelf.search(given), refusal);
  });

  it.each(QUESTIONS)('$call refuses $what', async ({ call, given, ...refusal }) => {
    const shelf = await shelfOf(database());
    await expectRefusal(database(), () => shelf[call](given), refusal);
  });

  it('refuses examples of another model', async () => {
    const other = { ...letters, name: 'other letters' };
    await database().createCollection('foreign', { embedding: other });
    const notes = await shelfOf(database(), 'notes');
    await refusalOf(() => notes.search({ like: [{ id: 'a', collection: 'foreign' }] }), {
      code: 'EMBEDDING_MISMATCH',
      says: ['like 0: collection "foreign" was embedded with "other letters", expected "letters"'],
    });
    await database().dropCollection('foreign');
  });

  it('refuses to judge anomalies by inner products', async () => {
    const dots = await database().createCollection('dots', { dimension: 2, metric: 'dot' });
    await dots.add([{ vector: [1, 2] }, { vector: [2, 1] }]);
    for (const call of [
      () => dots.anomalies({ neighbours: 1 }),
      () => dots.anomaly({ vector: [1, 1], neighbours: 1 }),
    ]) {
      await refusalOf(call, {
        code: 'METRIC_UNSUITED',
        says: ['collection "dots": the metric is dot, expected cosine or l2'],
      });
    }
    await database().dropCollection('dots');
  });

  it('cancels where distances are compared without complaint: the origin is a place', async () => {
    const notes = await shelfOf(database(), 'notes');
    expect(await notes.search({ like: [{ id: 'a' }], unlike: [{ id: 'a' }] })).toMatchObject([{ id: 'b' }]);
  });
});
