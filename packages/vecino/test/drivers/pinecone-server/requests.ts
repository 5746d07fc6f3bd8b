import { checkFilter } from './filter.ts';
import { boolean, float, integer, list, map, object, oneOf, Refused, type Shape, text } from './shape.ts';

/*
 * Requests as the public descriptions of the interface have them: "Pinecone Data Plane API" and "Pinecone Control
 * Plane API", version 2025-10, with what the documentation says beside them of metadata, names and tags. Only those
 * that a driver can send; all others are refused as unknown.
 */

const namespace = text({ max: 512, like: /^\p{ASCII}*$/u });
const id = text({ min: 1, max: 512, like: /^\p{ASCII}+$/u });
const values = list(float, 1, 20_000);

const METADATA_BYTES_MAX = 40_960;

const metadata: Shape = (value, at) => {
  map(text({ min: 1, like: /^[^$]/ }), metadataValue)(value, at);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= METADATA_BYTES_MAX) return;
  throw new Refused(
    400,
    `metadata size is ${bytes} bytes, which exceeds the limit of ${METADATA_BYTES_MAX} bytes per vector`,
  );
};

/** Nested objects, nulls and lists of anything but texts are refused. */
const metadataValue: Shape = (value, at) => {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return;
  list(text(), 1, Number.POSITIVE_INFINITY)(value, at);
};

const vector: Shape = (value, at) => {
  object({ id, values, metadata }, ['id', 'values'])(value, at);
  if ((value as { values: number[] }).values.every((one) => one === 0)) {
    throw new Refused(400, 'Dense vectors must contain at least one non-zero value.');
  }
};

/** Bodies, by method and path of the data plane. */
export const BODIES: Readonly<Record<string, Shape>> = {
  'POST /query': object(
    {
      namespace,
      topK: integer(1, 10_000),
      filter: checkFilter,
      includeValues: boolean,
      includeMetadata: boolean,
      vector: values,
      id,
    },
    ['topK'],
  ),
  'POST /vectors/upsert': object({ vectors: list(vector, 1, 1_000), namespace }, ['vectors']),
  'POST /vectors/delete': object({
    ids: list(id, 1, 1_000),
    deleteAll: boolean,
    namespace,
    filter: checkFilter,
  }),
  'POST /vectors/fetch_by_metadata': object({
    namespace,
    filter: checkFilter,
    limit: integer(1, 10_000),
    paginationToken: text({ min: 1 }),
  }),
  'POST /describe_index_stats': object({ filter: checkFilter }),
};

const tags = map(text({ min: 1, max: 80, like: /^[\w-]+$/ }), text({ max: 120, like: /^[\w;@.+ -]*$/ }), 20);

export const NEW_INDEX: Shape = object(
  {
    name: text({ min: 1, max: 45, like: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ }),
    dimension: integer(1, 20_000),
    metric: oneOf('cosine', 'dotproduct', 'euclidean'),
    vector_type: oneOf('dense'),
    deletion_protection: oneOf('disabled', 'enabled'),
    tags,
    spec: object(
      {
        serverless: object({ cloud: oneOf('aws', 'gcp', 'azure'), region: text({ min: 1 }) }, [
          'cloud',
          'region',
        ]),
      },
      ['serverless'],
    ),
  },
  ['name', 'spec'],
);

/** Upserts of more than 2 MB are refused, whatever their records. */
export const UPSERT_BYTES_MAX = 2 * 1_024 * 1_024;
/** Answers to queries of more than 4 MB are refused. */
export const ANSWER_BYTES_MAX = 4 * 1_024 * 1_024;
/** What servers take of an address. */
export const PATH_LENGTH_MAX = 8_192;
