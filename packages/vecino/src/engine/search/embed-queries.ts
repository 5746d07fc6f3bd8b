import type { Example } from '../../api/example.ts';
import type { Embedding, ImageInput } from '../../api/image.ts';
import { present } from '../../base/assert.ts';
import type { CollectionShape, FieldShape } from '../collection-shape.ts';
import type { ReadExamples } from './read-examples.ts';
import type { ReadQuery } from './read-query.ts';

/** What an embedding has made of the texts and of the pictures of a query, each in their order. */
export interface EmbeddedInputs {
  readonly texts: readonly unknown[];
  readonly images: readonly unknown[];
}

/** What the embedding of a field has made of the texts and of the pictures of a query. */
export type Embedded<Field extends FieldShape> = (read: ReadQuery<Field>, field: Field) => EmbeddedInputs;

type Inputs = Pick<ReadQuery, 'query' | 'examples'>;

/** Embeds the texts and the pictures of all queries, those that one embedding is for in one call. */
export async function embedQueries<Field extends FieldShape>(
  { embedder }: CollectionShape<Field>,
  reads: readonly ReadQuery<Field>[],
): Promise<Embedded<Field>> {
  const texts = await embedAll(
    reads,
    textsOf,
    (field) => field.requireEmbedding('searching by text'),
    (thing, embedding, asked) => embedder.embed(thing, embedding, asked, 'query'),
  );
  const images = await embedAll(
    reads,
    imagesOf,
    (field) => field.requireImageEmbedding('searching by a picture'),
    (thing, embedding, asked) => embedder.embedImages(thing, embedding, asked, 'query'),
  );
  return (read, field) => ({ texts: texts(read, field), images: images(read, field) });
}

/** Embeds the texts, or the pictures, of all queries: those of one query for several fields of one embedding only once. */
async function embedAll<Field extends FieldShape, Input, Model extends Embedding>(
  reads: readonly ReadQuery<Field>[],
  inputsOf: (read: ReadQuery<Field>) => readonly Input[],
  modelOf: (field: Field) => Model,
  embed: (thing: string, model: Model, inputs: readonly Input[]) => Promise<readonly unknown[]>,
): Promise<(read: ReadQuery<Field>, field: Field) => readonly unknown[]> {
  const jobs = new Map<Model, Map<ReadQuery<Field>, readonly Input[]>>();
  for (const read of reads) {
    const inputs = inputsOf(read);
    if (inputs.length === 0) continue;
    for (const field of read.fields) {
      const model = modelOf(field);
      const job = jobs.get(model) ?? new Map<ReadQuery<Field>, readonly Input[]>();
      jobs.set(model, job.set(read, inputs));
    }
  }
  const made = new Map<Embedding, Map<ReadQuery<Field>, readonly unknown[]>>();
  for (const [model, job] of jobs) {
    const vectors = await embed(present(reads[0], 'a query').thing, model, [...job.values()].flat());
    const byQuery = new Map<ReadQuery<Field>, readonly unknown[]>();
    let next = 0;
    for (const [read, inputs] of job) {
      byQuery.set(read, vectors.slice(next, next + inputs.length));
      next += inputs.length;
    }
    made.set(model, byQuery);
  }
  return (read, { embedding }) => (embedding && made.get(embedding)?.get(read)) ?? [];
}

/** The texts of a query that are to be embedded. */
function textsOf({ query, examples }: Inputs): readonly string[] {
  if (examples) return examplesOf(examples).flatMap(({ text }) => text ?? []);
  return query.text === undefined ? [] : [query.text];
}

/** The pictures of a query that are to be embedded. */
function imagesOf({ query, examples }: Inputs): readonly ImageInput[] {
  if (examples) return examplesOf(examples).flatMap(({ image }) => image ?? []);
  return query.image === undefined ? [] : [query.image];
}

/** Likes before unlikes. */
function examplesOf({ like, unlike }: ReadExamples): Example[] {
  return [...like, ...unlike].map(({ example }) => example);
}
