import type { JsonObject, JsonValue } from '../../api/metadata.ts';

/*
 * Metadata as Pinecone keeps them: one flat object of texts, numbers, booleans and lists of texts. What fits stands
 * there under its own path (`author.name` for what is nested), so that whoever else reads the index finds it, and
 * nothing is stored twice. What does not fit (null, lists of other things, empty lists and objects, odd keys) is kept
 * together as the JSON text `vecino.rest`.
 *
 * `vecino.paths` lists where something else lies than a single text, number or boolean. So a filter can ask for
 * records that it has to look at more closely.
 */

export type FieldValue = string | number | boolean | readonly string[];

/** Metadata of a record in Pinecone. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** What we keep beside the caller's own fields, all under this prefix. */
const OWN = 'vecino.';
/** The number of the record's latest change, which every record has. */
export const SEQ = `${OWN}seq`;
/** The record's id where Pinecone cannot have it as one. */
export const ID = `${OWN}id`;
export const DOCUMENT = `${OWN}document`;
/** Milliseconds since 1970. */
export const EXPIRES_AT = `${OWN}expires`;
const REST = `${OWN}rest`;
export const PATHS = `${OWN}paths`;

/** Longer names of fields go into the rest; nothing says how long they may be. */
const NAME_LENGTH_MAX = 256;

/** The caller's metadata as fields of Pinecone's. */
export function fieldsOf(metadata: JsonObject): Fields {
  const fields = new Map<string, FieldValue>();
  const paths = new Set<string>();
  const rest = restOf(metadata, '', fields, paths);
  if (rest) fields.set(REST, JSON.stringify(rest));
  if (paths.size > 0) fields.set(PATHS, [...paths]);
  return Object.fromEntries(fields);
}

/** The caller's metadata again. */
export function metadataOf(fields: Fields): JsonObject {
  const rest = fields[REST];
  const whole = (typeof rest === 'string' ? JSON.parse(rest) : {}) as Record<string, JsonValue>;
  for (const [path, value] of Object.entries(fields)) {
    if (isFieldName(path)) place(whole, path.split('.'), value);
  }
  return whole;
}

/** Whether what lies at a path of metadata can be a field of Pinecone's. */
export function isFieldName(path: string): boolean {
  return (
    path !== '' &&
    path.length <= NAME_LENGTH_MAX &&
    !path.startsWith('$') &&
    !path.startsWith(OWN) &&
    !/\p{Cc}/u.test(path) &&
    // Objects that others make by assignment cannot have it.
    !path.split('.').includes('__proto__')
  );
}

/** Whether a value can be a field that filters compare as they should. */
export function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Puts what fits of an object into fields, and answers what does not; undefined where all of it does. */
function restOf(
  object: JsonObject,
  prefix: string,
  fields: Map<string, FieldValue>,
  paths: Set<string>,
): JsonObject | undefined {
  const rest: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(object)) {
    const path = prefix + key;
    // A dot within a key would look like a step.
    const isStep = key !== '' && !key.includes('.');
    const isNamed = isStep && isFieldName(path);
    if (isNamed && isScalar(value)) {
      fields.set(path, value);
      continue;
    }
    paths.add(path);
    if (isNamed && isTexts(value)) {
      fields.set(path, value);
    } else if (isStep && isObject(value) && Object.keys(value).length > 0) {
      const inner = restOf(value, `${path}.`, fields, paths);
      if (inner) rest.push([key, inner]);
    } else {
      rest.push([key, value]);
    }
  }
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function place(whole: Record<string, JsonValue>, steps: readonly string[], value: FieldValue): void {
  let inner = whole;
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(inner, step) ? inner[step] : undefined;
    const made = next !== undefined && isObject(next) ? (next as Record<string, JsonValue>) : {};
    inner[step] = made;
    inner = made;
  }
  inner[steps.at(-1) ?? ''] = value;
}

function isTexts(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
