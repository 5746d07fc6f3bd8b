import type { Workshop } from '../advisor/advise.ts';
import type { VectorSource } from '../advisor/source.ts';
import type { Advice, AdviseOptions } from '../api/advice.ts';
import { ADVISE_OPTIONS } from '../api/advice.ts';
import type { Metadata } from '../api/metadata.ts';
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
  const source = await sourceOf(state.of(chooseField(state, thing, read.field)), thing, read.filter);
  const { advise } = await import('../advisor/advise.ts');
  // Whose metadata it filters by concerns the source alone.
  return advise(source, options as AdviseOptions | undefined, workshop);
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
