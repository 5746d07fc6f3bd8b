import type { Workshop } from '../advisor/advise.ts';
import type { VectorSource } from '../advisor/source.ts';
import type { Advice, AdviseOptions } from '../api/advice.ts';
import { ADVISE_OPTIONS, ADVISE_QUERIES } from '../api/advice.ts';
import type { Metadata } from '../api/metadata.ts';
import type { VectorInput } from '../api/record.ts';
import { present } from '../base/assert.ts';
import { readOptions } from '../base/options.ts';
import { chooseField } from './choose-fields.ts';
import type { CollectionState } from './collection-state.ts';

/** Asks the advisor about the vectors of a field. It is loaded when it is first asked for: programs never do, but people. */
export async function adviseCollection(
  state: CollectionState,
  options: AdviseOptions<Metadata> | undefined,
  workshop: Workshop,
): Promise<Advice> {
  const thing = `advise ${state.thing}`;
  const read = readOptions<AdviseOptions<Metadata>>(thing, ADVISE_OPTIONS, options);
  const own = state.of(chooseField(state, thing, read.field));
  const queries = await embeddedQueries(own, thing, read);
  const source = await sourceOf(own, thing, read.filter);
  const { advise } = await import('../advisor/advise.ts');
  // Whose metadata it filters by concerns the source alone.
  const common = options as AdviseOptions | undefined;
  return advise(source, queries === undefined ? common : { ...common, queries }, workshop);
}

/**
 * The queries, with vectors in the place of their texts; of more than are asked, the first. What is no list of queries is
 * left to the advisor, which says so.
 */
async function embeddedQueries(
  { field, embedder }: CollectionState,
  thing: string,
  { queries, signal }: Pick<AdviseOptions, 'queries' | 'signal'>,
): Promise<AdviseOptions['queries']> {
  if (!Array.isArray(queries) || queries.length > ADVISE_QUERIES.givenMax) return queries;
  const asked: readonly (VectorInput | string)[] = queries.slice(0, ADVISE_QUERIES.askedMax);
  const texts = asked.filter((query) => typeof query === 'string');
  if (texts.length === 0) return queries;
  const embedding = field.requireEmbedding('advising with texts');
  const ended = signal instanceof AbortSignal ? signal : undefined;
  const vectors = (await embedder.embed(thing, embedding, texts, 'query', ended)).values();
  return asked.map((query) =>
    typeof query === 'string' ? (present(vectors.next().value, 'a vector') as VectorInput) : query,
  );
}

/** The records of all namespaces that have the vector; a filter lets pass only those outside of namespaces, as it does in searches. */
async function sourceOf(state: CollectionState, thing: string, filter: unknown): Promise<VectorSource> {
  const { field } = state;
  const predicate = filter === undefined ? undefined : state.filter.parse(thing, filter);
  await state.prepare(predicate);
  await state.whole();
  const allowed = predicate && field.among(state.allowed(predicate));
  const slots = field.live.toArray();
  return {
    subject: field.name === undefined ? state.collectionName : `${state.collectionName}, field ${field.name}`,
    thing,
    dimension: field.dimension,
    metric: field.metric,
    records: slots.length,
    isFiltered: predicate !== undefined,
    recall: field.recallTarget,
    recorded: field.recallWatch?.queries ?? [],
    async read(ordinals) {
      state.requireOpen();
      const read = Array.from(ordinals, (ordinal) => slots[ordinal] ?? 0);
      // A slot may have another record by now, which is as good a part of the sample.
      return field.storedVectors(read).map((vector, i) => {
        const matches = allowed === undefined || allowed.slots.has(read[i] ?? 0);
        return vector && { vector, matches };
      });
    },
  };
}
