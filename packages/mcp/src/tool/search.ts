import type { AnyMetadata, JsonObject } from 'vecino';
import {
  type InputSpecs,
  type ModelTool,
  retrieveTool,
  type Searchable,
  searchTool,
  ToolInput,
} from 'vecino/tools';
import type { Library, RecordsTarget } from '../library.ts';
import { arrayOf, CITATION_SCHEMA, type LibraryTool, objectSchema, TARGET } from '../library-tool.ts';

const SEARCH_OUTPUT = objectSchema(
  {
    records: arrayOf(
      objectSchema(
        {
          number: { type: 'integer', description: 'To cite it by, from 1.' },
          id: { type: 'string' },
          score: { type: 'number', description: 'Larger is nearer.' },
          text: { type: 'string' },
          citation: CITATION_SCHEMA,
          metadata: { type: 'object' },
        },
        ['number', 'id', 'score', 'text', 'citation'],
      ),
      'Best first.',
    ),
  },
  ['records'],
);

const RETRIEVE_OUTPUT = objectSchema(
  {
    passages: arrayOf(
      objectSchema(
        {
          number: { type: 'integer', description: 'To cite it by, from 1.' },
          text: { type: 'string' },
          citation: CITATION_SCHEMA,
          score: { type: 'number', description: 'Larger is nearer.' },
          ids: { type: 'array', items: { type: 'string' }, description: 'The records that it is made of.' },
          tokens: { type: 'integer' },
          isCut: { type: 'boolean' },
        },
        ['number', 'text', 'citation', 'score', 'ids'],
      ),
      'Best first.',
    ),
    tokens: { type: 'integer', description: 'Of all passages.' },
    omitted: { type: 'integer', description: 'Records that were found and did not fit.' },
  },
  ['passages', 'tokens', 'omitted'],
);

/** Finds records. */
export function search(library: Library): LibraryTool {
  return overCollection(library, {
    name: 'search',
    title: 'Search records',
    outputSchema: SEARCH_OUTPUT,
    toolOf: (records, where) => searchTool(records, { ...where, fields: true }),
  });
}

/** Finds the passages that a question needs. */
export function retrieve(library: Library): LibraryTool {
  return overCollection(library, {
    name: 'retrieve',
    title: 'Retrieve passages for a question',
    outputSchema: RETRIEVE_OUTPUT,
    toolOf: (records, where) => retrieveTool(records, { ...where, fields: true }),
  });
}

/** The part of an input that says by which vectors. */
interface Where {
  readonly field?: string;
}

const FIELD = {
  field: { kind: 'text', about: 'Which vectors are searched, where list_collections names several.' },
} as const satisfies InputSpecs;

/** A tool of `vecino/tools`, whose collection is named by each call. */
function overCollection<Input extends object, Output extends object>(
  library: Library,
  {
    name,
    title,
    outputSchema,
    toolOf,
  }: Pick<LibraryTool, 'name' | 'title' | 'outputSchema'> & {
    readonly toolOf: (records: Searchable<AnyMetadata>, where: Where) => ModelTool<Input, Output>;
  },
): LibraryTool {
  const target = new ToolInput<RecordsTarget & Where>(name, { ...TARGET, ...FIELD });
  const { description, inputSchema } = toolOf(NOTHING, {});
  return {
    name,
    title,
    description,
    effect: 'reads',
    inputSchema: withTarget(inputSchema.jsonSchema, target.schema.jsonSchema),
    outputSchema,
    async call(given, { signal, tell }) {
      const { collection, namespace, field, ...input } = given as Input & Partial<RecordsTarget & Where>;
      const where = target.read({ collection, namespace, field });
      await tell(0, 2, `opening collection ${JSON.stringify(where.collection)}`);
      const tool = toolOf(
        await library.records(where),
        where.field === undefined ? {} : { field: where.field },
      );
      await tell(1, 2, 'searching');
      const output = await tool.execute(input as unknown as Input, { abortSignal: signal });
      await tell(2, 2, 'found');
      return { structured: output, text: tool.toModelOutput({ output }).value };
    },
  };
}

/** Stands for the records where only the schema of a tool is asked for. */
const NOTHING: Searchable<AnyMetadata> = { search: async () => [] };

/** One schema of both: where, and what. */
function withTarget(input: JsonObject, target: JsonObject): JsonObject {
  const partsOf = ({ properties, required }: JsonObject) => ({
    properties: properties as JsonObject,
    required: required as readonly string[],
  });
  const [where, what] = [partsOf(target), partsOf(input)];
  return {
    ...input,
    properties: { ...where.properties, ...what.properties },
    required: [...where.required, ...what.required],
  };
}
