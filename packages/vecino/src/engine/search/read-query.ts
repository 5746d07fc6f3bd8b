import type { Part } from '../../api/record.ts';
import { SEARCH_OPTIONS, type SearchQuery } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import { requireImage } from '../../embedding/image-input.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { ParsedQuery } from '../../text/parse-query.ts';
import { chooseFields } from '../choose-fields.ts';
import type { CollectionShape, FieldShape } from '../collection-shape.ts';
import { readParts } from '../record-view.ts';
import type { VectorField } from '../vector-field.ts';
import { decodePage, ownerOf, type PagePosition, unknownPage } from './page-token.ts';
import { type ReadExamples, readExamples } from './read-examples.ts';
import { type ReadFusion, readFullTextQuery, readFusion } from './read-full-text.ts';
import { type Refinements, readRefinements } from './read-refinements.ts';

/** A query whose form is right. */
export interface ReadQuery<Field extends FieldShape = VectorField> extends Refinements {
  /** The opening words of messages. */
  readonly thing: string;
  readonly query: SearchQuery;
  readonly parts: readonly Part[];
  readonly predicate: Predicate | undefined;
  /** The vectors to look near something in; none where only words are looked for. */
  readonly fields: readonly Field[];
  readonly examples: ReadExamples | undefined;
  readonly words: ParsedQuery | undefined;
  /** Where the query has several sides: fields, and words. */
  readonly fusion: ReadFusion | undefined;
  readonly k: number;
  readonly page: ReadPage | undefined;
}

/** A query that is answered page by page. */
export interface ReadPage {
  /** Whose tokens are accepted and given. */
  readonly owner: Buffer;
  /** Absent for the first page. */
  readonly position?: PagePosition;
}

/** @param requireEffort refuses an effort that the index of a field does not understand */
export function readQuery<Field extends FieldShape>(
  state: CollectionShape<Field>,
  thing: string,
  input: unknown,
  requireEffort: (field: Field, thing: string, query: SearchQuery) => void,
): ReadQuery<Field> {
  const query = readOptions<SearchQuery>(thing, SEARCH_OPTIONS, input as SearchQuery | undefined);
  const parts = readParts(state, thing, query.include);
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  const hasTarget = requireOneTarget(thing, query);
  const examples = readExamples(thing, query);
  const words = readFullTextQuery(state, thing, query);
  const fields = hasTarget ? chooseFields(state, thing, query.field) : [];
  if (!hasTarget && query.field !== undefined) throw nothingNear(thing);
  const fusion = readFusion(
    thing,
    query,
    fields.map(({ name }) => name ?? 'vector'),
  );
  for (const field of fields) requireEffort(field, thing, query);
  const { k = SEARCH_OPTIONS.k.default } = query;
  const page = readPage(state, thing, query);
  const refinements = readRefinements(thing, query, k);
  return { thing, query, parts, predicate, fields, examples, words, fusion, k, page, ...refinements };
}

function readPage(state: CollectionShape, thing: string, query: SearchQuery): ReadPage | undefined {
  const page: unknown = query.page;
  if (page === undefined) return undefined;
  if (query.groupBy !== undefined) {
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: received page and groupBy, expected one of them; to see more groups ask for a larger k`,
      { details: { expected: 'page or groupBy', received: ['page', 'groupBy'] } },
    );
  }
  const owner = ownerOf(`${state.identity}${state.namespaceName ?? ''}`, query);
  if (page === true) return { owner };
  if (typeof page !== 'string') throw unknownPage(thing, page);
  return { owner, position: decodePage(thing, owner, page) };
}

/** A field is named, and nothing to look near in it. */
function nothingNear(thing: string): VecinoError {
  return new VecinoError(
    'QUERY_INVALID',
    `${thing}: field is given, but only words to look for, which belong to no field; add text, vector or id, or leave field out`,
    { details: { option: 'field' } },
  );
}

/** Whether there is something to look near; there must be where there are no words to look for. */
function requireOneTarget(thing: string, query: SearchQuery): boolean {
  const given: string[] = (['vector', 'text', 'image', 'id'] as const).filter(
    (key) => query[key] !== undefined,
  );
  if (query.like !== undefined || query.unlike !== undefined) given.push('examples');
  const leastGiven = query.fullText === undefined ? 1 : 0;
  if (given.length < leastGiven || given.length > 1) {
    const received = given.length === 0 ? 'none of them' : given.join(' and ');
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: expected exactly one of vector, text, image, id and examples (like, unlike), received ${received}; say what to look near, or which words to look for as fullText`,
      { details: { expected: ['vector', 'text', 'image', 'id', 'examples'], received: given } },
    );
  }
  if (query.image !== undefined) requireImage(thing, query.image);
  if (query.text === undefined || typeof query.text === 'string') return given.length > 0;
  const received = describeValue(query.text);
  throw new VecinoError(
    'QUERY_INVALID',
    `${thing}: text is ${received}, expected a string; to look near a vector give it as vector`,
    { details: { expected: 'a string', received } },
  );
}
