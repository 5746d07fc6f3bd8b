import { createHash } from 'node:crypto';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import type { NewCollection, StoredCollection } from '../../storage/store.ts';
import type { IndexModel } from './client.ts';

/*
 * A collection is an index of Pinecone's. What the index does not know of it (its name, the model of its vectors)
 * stands in the index's tags, as JSON in base64url, cut into pieces: a tag has at most 120 characters, of letters,
 * digits and few others. Tags belong to the control plane, which is consistent where records are not.
 */

/** "Identifier limits" of Pinecone's documentation. */
const NAME_LENGTH_MAX = 45;
const TAG_LENGTH_MAX = 120;
/** Of 20 tags that an index may have; some are left to whoever pays for it. */
const TAGS_MAX = 16;
const TAG = 'vecino_';

const VERSION = 1;

/** What tags say of an index. */
interface Labels {
  readonly version: number;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly embedding: NewCollection['embedding'];
  readonly index: NewCollection['index'];
}

const METRICS = { cosine: 'cosine', dot: 'dotproduct', l2: 'euclidean' } as const;

/** Pinecone's word for a metric. */
export function pineconeMetricOf(metric: string): (typeof METRICS)[keyof typeof METRICS] {
  return METRICS[metric as keyof typeof METRICS];
}

/**
 * The name of the index that keeps a collection: its own behind the schema, where that can be one. Otherwise what is
 * left of it, and a digest that tells it from others of which the same is left.
 */
export function indexNameOf(schema: string, name: string): string {
  const plain = `${schema}-${name}`;
  if (/^[a-z0-9-]+[a-z0-9]$/.test(name) && plain.length <= NAME_LENGTH_MAX) return plain;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 10);
  const readable = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const left = `${schema}-${readable}`.slice(0, NAME_LENGTH_MAX - digest.length - 1).replace(/-+$/, '');
  return `${left}-${digest}`;
}

export function tagsOf(schema: string, identity: string, collection: NewCollection): Record<string, string> {
  const { name, embedding, index } = collection;
  const labels: Labels = { version: VERSION, schema, name, identity, embedding, index };
  const text = Buffer.from(JSON.stringify(labels)).toString('base64url');
  const pieces = text.match(new RegExp(`.{1,${TAG_LENGTH_MAX}}`, 'g')) ?? [];
  if (pieces.length > TAGS_MAX) {
    throw new VecinoError(
      'OPTION_INVALID',
      `collection ${quoted(name)}: what Pinecone has to remember of it takes ${text.length} characters, expected at most ${TAGS_MAX * TAG_LENGTH_MAX}; give the embedding a shorter name`,
      { details: { expected: TAGS_MAX * TAG_LENGTH_MAX, received: text.length } },
    );
  }
  return Object.fromEntries(pieces.map((piece, i) => [`${TAG}${i}`, piece]));
}

/** The collection that an index keeps; undefined for indexes of others, and of other schemas. */
export function collectionOf(
  schema: string,
  { tags, dimension, metric }: IndexModel,
): StoredCollection | undefined {
  const labels = labelsOf(tags ?? {});
  const known = Object.entries(METRICS).find(([, word]) => word === metric)?.[0];
  if (labels?.schema !== schema || dimension === undefined || known === undefined) return undefined;
  const { name, identity, embedding, index } = labels;
  return { id: 0, name, identity, dimension, metric: known, embedding, index, vectorSet: 0, seq: 0 };
}

function labelsOf(tags: Readonly<Record<string, string>>): Labels | undefined {
  const pieces: string[] = [];
  for (let i = 0; Object.hasOwn(tags, `${TAG}${i}`); i++) pieces.push(tags[`${TAG}${i}`] ?? '');
  if (pieces.length === 0) return undefined;
  try {
    const labels = JSON.parse(Buffer.from(pieces.join(''), 'base64url').toString()) as Labels;
    return labels.version === VERSION ? labels : undefined;
  } catch {
    // Somebody else's tags.
    return undefined;
  }
}

const ENCODED = 'vecino-';

/** Pinecone's name of a namespace: the same where that is plain, and otherwise its UTF-16 in base64url. */
export function namespaceOf(name: string | undefined): string {
  if (name === undefined) return DEFAULT_NAMESPACE;
  const isPlain = /^[a-z0-9][a-z0-9_-]*$/i.test(name) && !name.startsWith(ENCODED);
  return isPlain ? name : `${ENCODED}${Buffer.from(name, 'utf16le').toString('base64url')}`;
}

/** The name that a namespace of Pinecone's stands for; undefined for that outside of all. */
export function nameOfNamespace(namespace: string): string | undefined {
  if (namespace === DEFAULT_NAMESPACE || namespace === '') return undefined;
  if (!namespace.startsWith(ENCODED)) return namespace;
  return Buffer.from(namespace.slice(ENCODED.length), 'base64url').toString('utf16le');
}

/** What the namespace is called that records of no namespace are in. */
const DEFAULT_NAMESPACE = '__default__';
