import type { JsonObject } from 'vecino';
import type { InputSpecs } from 'vecino/tools';

/** What a call is told beside its input. */
export interface Call {
  /** Aborted when the client has cancelled the call. */
  readonly signal: AbortSignal;
  /** Tells the client, if it wants to know, what is done of `total` steps and what comes next. */
  readonly tell: (step: number, total: number, message: string) => Promise<void>;
}

/** What a call answers: for programs, and as a text for the model; where there is none, it reads the same JSON. */
export interface Answer {
  readonly structured: object;
  readonly text?: string;
}

/** What a tool does to records: clients ask their user before those that change any. */
export type Effect = 'reads' | 'writes';

/** A tool of the server. */
export interface LibraryTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: Effect;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly call: (input: object, call: Call) => Promise<Answer>;
}

/** The part of an input that says where. */
export const TARGET = {
  collection: {
    kind: 'text',
    about: 'The name of the collection; list_collections has them.',
    isRequired: true,
  },
  namespace: { kind: 'text', about: 'Only this namespace of the collection, where it has any.' },
} as const satisfies InputSpecs;

/** Schemas of answers, which clients check: whatever is not named may be there too. */
export function objectSchema(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required };
}

export function arrayOf(items: JsonObject, description: string): JsonObject {
  return { type: 'array', items, description };
}

export const CITATION_SCHEMA = objectSchema(
  {
    source: { type: 'string', description: 'The file or page; the id of the record where that is unknown.' },
    headings: { type: 'array', items: { type: 'string' }, description: 'The outermost first.' },
    start: { type: 'integer' },
    end: { type: 'integer' },
    page: { type: 'integer' },
    row: { type: 'integer' },
    lastRow: { type: 'integer', description: 'Where it is several rows.' },
  },
  ['source', 'headings'],
);
