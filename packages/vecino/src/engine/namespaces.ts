import type { NamespaceDescription } from '../api/collection.ts';
import { BitSet } from '../base/bit-set.ts';
import type { VecinoError } from '../base/errors.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { CollectionState } from './collection-state.ts';
import { NAMESPACES_NAMED, namespaceNotFound } from './namespace-names.ts';
import { NOWHERE } from './namespace-slots.ts';
import { dropRecords } from './write.ts';

/** Namespaces counted in one go. */
const PAGE = 100;
/** Slots read in one go. */
const SLOTS = 8_192;
/** All namespaces of a collection, by name. */
export async function listNamespaces({
  store,
  id,
  expiry,
}: CollectionState): Promise<NamespaceDescription[]> {
  const namespaces: NamespaceDescription[] = [];
  const slice = new TimeSlice();
  for (;;) {
    const page = store.reader.namespaces(id, namespaces.at(-1)?.name ?? '', PAGE, expiry.now());
    namespaces.push(...page);
    if (page.length < PAGE) return namespaces;
    await slice.pause();
  }
}

/** Removes the namespace that the state is a view of, with its records. Answers their number. */
export async function dropNamespace(within: CollectionState): Promise<number> {
  return within.writes.run(async () => {
    within.requireOpen();
    const { namespace } = within;
    if (namespace === NOWHERE) throw notFound(within);
    const { count } = within;
    await dropRecords(within, await slotsIn(within, namespace));
    within.namespaces.end(namespace);
    return count;
  });
}

/** All slots of a namespace, those of records too that have expired and are not removed yet. */
async function slotsIn({ store, id }: CollectionState, namespace: number): Promise<Uint32Array> {
  const slots = new BitSet();
  const slice = new TimeSlice();
  for (let after: string | undefined; ; ) {
    const page = store.reader.slotsInNamespace(id, namespace, after, SLOTS);
    slots.addAll(page.slots);
    if (page.slots.length < SLOTS) return slots.toArray();
    after = page.id;
    await slice.pause();
  }
}

function notFound({ thing, store, id, namespaceName = '' }: CollectionState): VecinoError {
  const names = store.reader.namespaces(id, '', NAMESPACES_NAMED).map(({ name }) => name);
  return namespaceNotFound(thing, namespaceName, names);
}
