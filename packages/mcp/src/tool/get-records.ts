import type { Filter, ListQuery } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { ToolInput } from 'vecino/tools';
import type { Library, RecordsTarget } from '../library.ts';
import { arrayOf, type LibraryTool, objectSchema, TARGET } from '../library-tool.ts';

/** Records of one answer: documents may be long, and a model reads all of them. */
const RECORDS_MAX = 200;

interface GetInput extends RecordsTarget {
  readonly ids?: readonly string[];
  readonly filter?: Filter;
  readonly limit: number;
  readonly cursor?: string;
}

const INPUT = new ToolInput<GetInput>('get_records', {
  ...TARGET,
  ids: { kind: 'texts', about: 'Ids of records. Without them, records are listed page by page.' },
  filter: {
    kind: 'object',
    about: 'List only records whose metadata match, such as {"year":{"$gte":1990}}.',
  },
  limit: { kind: 'integer', default: 20, min: 1, max: RECORDS_MAX, about: 'Records of a page.' },
  cursor: { kind: 'text', about: 'The cursor of the page before.' },
});

const OUTPUT = objectSchema(
  {
    records: arrayOf(
      objectSchema({ id: { type: 'string' }, document: { type: 'string' }, metadata: { type: 'object' } }, [
        'id',
      ]),
      'In the order of the ids, or of their latest change.',
    ),
    missing: { type: 'array', items: { type: 'string' }, description: 'Ids that are not there.' },
    cursor: { type: 'string', description: 'Asks for the next page; absent on the last.' },
  },
  ['records'],
);

/** Reads records by id, or lists them. */
export function getRecords(library: Library): LibraryTool {
  return {
    name: 'get_records',
    title: 'Get records',
    description:
      'Reads whole records by id, or lists records page by page: to see which metadata there are to filter by.',
    effect: 'reads',
    inputSchema: INPUT.schema.jsonSchema,
    outputSchema: OUTPUT,
    async call(given) {
      const { ids, filter, limit, cursor, ...where } = INPUT.read(given);
      if (ids !== undefined && (filter !== undefined || cursor !== undefined)) throw eitherWay();
      const records = await library.records(where);
      if (ids !== undefined) {
        const found = await records.get(checkedIds(ids));
        const missing = ids.filter((_, i) => found[i] === undefined);
        const there = found.filter((record) => record !== undefined);
        return { structured: { records: there, ...(missing.length > 0 && { missing }) } };
      }
      const query: ListQuery = {
        limit,
        ...(filter !== undefined && { filter }),
        ...(cursor !== undefined && { cursor }),
      };
      return { structured: await records.list(query) };
    },
  };
}

function checkedIds(ids: readonly string[]): readonly string[] {
  if (ids.length <= RECORDS_MAX) return ids;
  throw new VecinoError(
    'BATCH_TOO_LARGE',
    `get_records: ${ids.length} ids, expected at most ${RECORDS_MAX}; ask several times`,
    { details: { max: RECORDS_MAX, received: ids.length } },
  );
}

function eitherWay(): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    'get_records: option "ids" is given beside "filter" or "cursor", expected either ids or a page of what matches',
    { details: { option: 'ids' } },
  );
}
