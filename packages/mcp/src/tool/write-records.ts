import type { RecordInput } from 'vecino';
import { ToolInput } from 'vecino/tools';
import type { Library, RecordsTarget } from '../library.ts';
import { type LibraryTool, objectSchema, TARGET } from '../library-tool.ts';

const ADD_INPUT = new ToolInput<RecordsTarget & { readonly records: readonly RecordInput[] }>('add_records', {
  ...TARGET,
  records: {
    kind: 'objects',
    about:
      'Records as {"id", "document", "metadata", "vector"}: id is a text, and a new one where absent; document is the text; ' +
      'metadata is an object; vector is needed only where the collection has no model.',
    isRequired: true,
  },
});

const REMOVE_INPUT = new ToolInput<RecordsTarget & { readonly ids: readonly string[] }>('remove_records', {
  ...TARGET,
  ids: { kind: 'texts', about: 'Ids of the records.', isRequired: true },
});

/** Stores records: all of them, or none where one is refused. */
export function addRecords(library: Library): LibraryTool {
  return {
    name: 'add_records',
    title: 'Add records',
    description:
      'Stores records and answers their ids. A record whose id is there already is replaced. All are stored or none.',
    effect: 'writes',
    inputSchema: ADD_INPUT.schema.jsonSchema,
    outputSchema: objectSchema({ ids: { type: 'array', items: { type: 'string' } } }, ['ids']),
    async call(given, { signal, tell }) {
      const { records, ...where } = ADD_INPUT.read(given);
      const opened = await library.records(where);
      // A batch is written as a whole: once it has begun, cancelling it changes nothing any more.
      signal.throwIfAborted();
      await tell(
        0,
        records.length,
        `embedding and storing ${records.length} ${records.length === 1 ? 'record' : 'records'}`,
      );
      const ids = await opened.upsert(records);
      await tell(records.length, records.length, 'stored');
      return { structured: { ids } };
    },
  };
}

/** Removes records by id. */
export function removeRecords(library: Library): LibraryTool {
  return {
    name: 'remove_records',
    title: 'Remove records',
    description: 'Removes records by id and answers how many were there.',
    effect: 'writes',
    inputSchema: REMOVE_INPUT.schema.jsonSchema,
    outputSchema: objectSchema({ removed: { type: 'integer' } }, ['removed']),
    async call(given, { signal }) {
      const { ids, ...where } = REMOVE_INPUT.read(given);
      const opened = await library.records(where);
      signal.throwIfAborted();
      return { structured: { removed: await opened.remove(ids) } };
    },
  };
}
