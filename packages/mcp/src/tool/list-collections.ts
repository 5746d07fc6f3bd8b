import { ToolInput } from 'vecino/tools';
import type { Library } from '../library.ts';
import { arrayOf, type LibraryTool, objectSchema } from '../library-tool.ts';

const INPUT = new ToolInput('list_collections', {});

const OUTPUT = objectSchema(
  {
    collections: arrayOf(
      objectSchema(
        {
          name: { type: 'string' },
          records: { type: 'integer' },
          dimension: { type: 'integer' },
          metric: { type: 'string' },
          embedding: {
            type: ['string', 'null'],
            description: 'The model of its vectors; null where they were given.',
          },
          fullText: { type: ['string', 'null'], description: 'The language whose words are indexed.' },
          fields: {
            type: 'array',
            items: { type: 'string' },
            description: 'Names of vectors, where it has several.',
          },
        },
        ['name', 'records'],
      ),
      'By name.',
    ),
  },
  ['collections'],
);

export function listCollections(library: Library): LibraryTool {
  return {
    name: 'list_collections',
    title: 'List collections',
    description:
      'Lists the collections that can be searched, with the number of their records and their model.',
    effect: 'reads',
    inputSchema: INPUT.schema.jsonSchema,
    outputSchema: OUTPUT,
    async call(input) {
      INPUT.read(input);
      const described = await library.describe();
      const collections = described.map(
        ({ name, records, dimension, metric, embedding, fullText, vectors }) => ({
          name,
          records,
          dimension,
          metric,
          embedding: embedding?.name ?? null,
          fullText: fullText?.language ?? null,
          ...(vectors !== undefined && { fields: Object.keys(vectors) }),
        }),
      );
      return { structured: { collections } };
    },
  };
}
