import type { CollectionDescription } from '../api/collection.ts';
import { VecinoError } from '../base/errors.ts';
import { settingsOf } from './collection-end.ts';
import type { EndSettings } from './end.ts';
import { NAMELESS } from './record.ts';

/** An existing target must be able to hold what comes; how it is indexed is its own affair. */
export function requireSameVectors(existing: CollectionDescription, { fields }: EndSettings): void {
  const thing = `migrate: the target's collection "${existing.name}"`;
  const present = settingsOf(existing).fields;
  for (const [field, { dimension, metric }] of fields) {
    const one = present.get(field);
    const which = field === NAMELESS ? '' : ` of "${field}"`;
    if (!one) throw mismatch(thing, 'vectors', namesOf(present.keys()), namesOf(fields.keys()));
    if (one.dimension !== dimension) throw mismatch(thing, `dimension${which}`, one.dimension, dimension);
    if (metric && one.metric !== metric) throw mismatch(thing, `metric${which}`, one.metric, metric);
  }
}

function mismatch(thing: string, what: string, expected: unknown, received: unknown): VecinoError {
  return new VecinoError(
    'COLLECTION_MISMATCH',
    `${thing} exists with ${what} ${String(expected)}, and the source has ${String(received)}; drop it, or name another collection behind a #`,
    { details: { option: what, expected, received } },
  );
}

function namesOf(names: Iterable<string>): string {
  return Array.from(names, (name) => name || 'one without a name').join(', ');
}
