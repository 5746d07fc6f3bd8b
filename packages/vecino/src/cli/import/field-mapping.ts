import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import type { RecordInput, VectorInput } from '../../api/record.ts';
import { describeValue } from '../../base/options.ts';
import { EXPIRY_FIELD } from '../expiry.ts';
import { NAMESPACE_FIELD } from '../namespace.ts';
import type { Row } from './rows.ts';

/** Which field of a row is what. */
export interface FieldMapping {
  readonly id: string;
  readonly document: string;
  readonly vector: string;
  /** That which has the vectors by name, where the collection's vectors have names. */
  readonly vectors?: string;
  /** The fields that become metadata; all the others where undefined. */
  readonly metadata: readonly string[] | undefined;
  /** What a metadata field's value says: for a CSV, whose cells are all text, the number in it. */
  readonly readValue: (value: JsonValue) => JsonValue;
  /** The same of the vector's field. */
  readonly readVector: (value: JsonValue) => JsonValue;
}

export const DEFAULT_FIELDS = { id: 'id', document: 'document', vector: 'vector' } as const;

/** The field that has the vectors by name, as `export` writes it. */
export const VECTORS_FIELD = 'vectors';

/** The field that holds metadata as an object, as `export` writes it. */
const METADATA_FIELD = 'metadata';

/** Why a row is no record, in the words of an error message. */
export class MappingFault {
  readonly expected: string;

  constructor(expected: string) {
    this.expected = expected;
  }
}

/** Fields that a message names at most. */
const NAMED_FIELDS = 8;

/**
 * The record that a row describes.
 *
 * The id may be an integer, because the keys of other databases often are. Metadata is the object in the field
 * `metadata`, as `export` writes it, together with all fields that have no other role.
 */
export function recordOf(row: Row, mapping: FieldMapping): RecordInput | MappingFault {
  const id = idOf(row.fields.get(mapping.id), mapping);
  if (id instanceof MappingFault) return id;
  const document = row.fields.get(mapping.document) ?? undefined;
  if (document !== undefined && typeof document !== 'string')
    return wanted('text', mapping.document, document);
  const vector = vectorOf(row, mapping);
  if (vector instanceof MappingFault) return vector;
  const vectors = vectorsOf(row, mapping);
  if (vectors instanceof MappingFault) return vectors;
  // Where vectors have names, metadata may have the text: the collection knows.
  if (vector === undefined && document === undefined && mapping.vectors === undefined) {
    const fields = [...row.fields.keys()]
      .slice(0, NAMED_FIELDS)
      .map((name) => `"${name}"`)
      .join(', ');
    return new MappingFault(
      `a vector in "${mapping.vector}" or a text in "${mapping.document}" (there ${fields ? `are ${fields}` : 'is no field'}; name yours with --vector-field or --text-field)`,
    );
  }
  const namespace = row.fields.get(NAMESPACE_FIELD) ?? '';
  if (typeof namespace !== 'string') return wanted('a text', NAMESPACE_FIELD, namespace);
  const expiresAt = row.fields.get(EXPIRY_FIELD) || undefined;
  if (expiresAt !== undefined && typeof expiresAt !== 'string') {
    return wanted('an ISO 8601 text', EXPIRY_FIELD, expiresAt);
  }
  const metadata = metadataOf(row, mapping);
  if (metadata instanceof MappingFault) return metadata;
  return {
    ...(id === undefined ? {} : { id }),
    ...(vector && { vector }),
    ...(vectors && { vectors }),
    ...(document === undefined ? {} : { document }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    metadata,
  };
}

function vectorOf(row: Row, mapping: FieldMapping): VectorInput | undefined | MappingFault {
  if (row.vector !== undefined) return row.vector;
  const vector = mapping.readVector(row.fields.get(mapping.vector) ?? null) ?? undefined;
  if (vector === undefined || Array.isArray(vector)) return vector;
  return wanted('an array of numbers', mapping.vector, vector);
}

/** The vectors by name; what is wrong with one of them the collection says. */
function vectorsOf(row: Row, mapping: FieldMapping): RecordInput['vectors'] | MappingFault {
  if (mapping.vectors === undefined) return undefined;
  const vectors = mapping.readVector(row.fields.get(mapping.vectors) ?? null) ?? undefined;
  if (vectors === undefined || isObject(vectors)) return vectors as RecordInput['vectors'];
  return wanted('an object of vectors by name', mapping.vectors, vectors);
}

/** The namespace that the row names, as `export` writes it. */
export function namespaceOf({ fields }: Row): string | undefined {
  const namespace = fields.get(NAMESPACE_FIELD);
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
}

function idOf(id: JsonValue | undefined, mapping: FieldMapping): string | undefined | MappingFault {
  if (id === undefined || id === null) return undefined;
  if (typeof id === 'string') return id;
  return Number.isSafeInteger(id) ? String(id) : wanted('a string or an integer', mapping.id, id);
}

function metadataOf(row: Row, mapping: FieldMapping): Record<string, JsonValue> | MappingFault {
  const { fields } = row;
  if (mapping.metadata !== undefined) {
    const chosen = mapping.metadata.filter((name) => fields.has(name));
    return Object.fromEntries(chosen.map((name) => [name, mapping.readValue(fields.get(name) ?? null)]));
  }
  const given = mapping.readValue(fields.get(METADATA_FIELD) ?? null);
  const spread = isObject(given) ? Object.entries(given) : [];
  const names = new Set(spread.map(([name]) => name));
  const roles: ReadonlySet<string> = new Set([
    mapping.id,
    mapping.document,
    mapping.vector,
    ...(mapping.vectors === undefined ? [] : [mapping.vectors]),
    NAMESPACE_FIELD,
    EXPIRY_FIELD,
  ]);
  const rest: [string, JsonValue][] = [];
  for (const [name, value] of fields) {
    if (roles.has(name) || (name === METADATA_FIELD && isObject(given))) continue;
    if (names.has(name)) return new MappingFault(`"${name}" either inside or beside "${METADATA_FIELD}"`);
    rest.push([name, mapping.readValue(value)]);
  }
  return Object.fromEntries([...spread, ...rest]);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wanted(what: string, field: string, received: JsonValue): MappingFault {
  return new MappingFault(`${what} in "${field}" (it is ${describeValue(received)})`);
}
