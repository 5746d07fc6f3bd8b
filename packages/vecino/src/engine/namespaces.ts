import type { NamespaceDescription } from '../api/collection.ts';
import { LIMITS } from '../api/limits.ts';
import { BitSet } from '../base/bit-set.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue, quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { CollectionState } from './collection-state.ts';
import { NOWHERE } from './namespace-slots.ts';
import { dropRecords } from './write.ts';

/** Namespaces counted in one go. */
const PAGE = 100;
/** Slots read in one go. */
const SLOTS = 8_192;
/** How many namespaces a message names. */
const NAMED = 10;

/** Names come from elsewhere (tenants, mail addresses, paths), so any text will do that can be printed. */
export function readNamespaceName(thing: string, name: unknown): string {
  const isText = typeof name === 'string' && name !== '' && name.isWellFormed() && !/\p{Cc}/u.test(name);
  if (isText && name.length <= LIMITS.namespaceLengthMax) return name;
  const received = isText
    ? `${quoted(name)} of ${name.length} characters`
    : typeof name === 'string' && name !== ''
      ? 'a string with control characters or malformed Unicode'
      : describeValue(name);
  throw new VecinoError(
    'NAME_INVALID',
    `${thing}: the name is ${received}, expected 1 to ${LIMITS.namespaceLengthMax} characters of text without control characters; keep longer keys in metadata`,
    { details: { lengthMax: LIMITS.namespaceLengthMax, received } },
  );
}

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
  const names = store.reader.namespaces(id, '', NAMED).map(({ name }) => name);
  const known = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
  return new VecinoError(
    'NAMESPACE_NOT_FOUND',
    `${thing}: there is no such namespace${didYouMean(namespaceName, names)} (${known}); a namespace begins with the first write into it`,
    { details: { namespace: namespaceName, known: names } },
  );
}
