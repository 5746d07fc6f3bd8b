import type { JsonObject } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { readPath } from '../../filter/path.ts';
import type { StoredRow } from '../../storage/store.ts';
import { DOCUMENT } from '../../text/record-texts.ts';
import type { CollectionState } from '../collection-state.ts';
import { NAMED_IDS, nameIds } from '../offending-ids.ts';
import type { ReadTarget } from './read-target.ts';

/** Records looked at in one go: of those with a text nothing is read, or their metadata. */
const WINDOW = { document: 4_096, path: 512 } as const;

/**
 * Refuses a change of the model as long as records have a vector and no text: before anything is embedded.
 *
 * @param set the new vectors as far as they have been made
 */
export async function requireTexts(
  state: CollectionState,
  thing: string,
  { field, source }: ReadTarget,
  set: number | undefined,
): Promise<void> {
  const isDocument = source.text === DOCUMENT;
  const slice = new TimeSlice();
  const ids: string[] = [];
  let count = 0;
  for (let after = 0; ; ) {
    const { rows, last } = state.store.reader.lackingVectors(state.id, {
      from: field.vectorSet,
      // A set that no record has a vector of.
      to: set ?? -1,
      after,
      limit: isDocument ? WINDOW.document : WINDOW.path,
      ...(isDocument ? { parts: [], withoutDocument: true } : { parts: ['metadata'] }),
    });
    if (last === undefined) break;
    for (const row of rows) {
      if (!isDocument && hasText(row, source.text)) continue;
      count += 1;
      if (ids.length < NAMED_IDS) ids.push(row.id);
    }
    after = last;
    await slice.pause();
    state.requireOpen();
  }
  if (count > 0) throw textMissing(thing, source, ids, count);
}

/** What is said of records that cannot be embedded. */
export function textMissing(
  thing: string,
  { text, within }: ReadTarget['source'],
  ids: readonly string[],
  count: number,
): VecinoError {
  const more = count > NAMED_IDS && ids.length === NAMED_IDS ? ` and ${count - NAMED_IDS} more` : '';
  const named = `${nameIds(ids)}${more}`;
  const what = text === DOCUMENT ? 'document' : `text in metadata "${text}"`;
  const [have, it] = count === 1 ? ['record has', 'it'] : ['records have', 'them'];
  return new VecinoError(
    'TEXT_MISSING',
    `${within(thing)}: ${count} ${have} a vector and no ${what}, expected one in each, to be embedded by the new model: ${named}; give ${it} one with update, or remove ${it}`,
    { details: { ids: ids.slice(0, NAMED_IDS), count, text } },
  );
}

function hasText(row: StoredRow, path: string): boolean {
  return typeof readPath(path)(JSON.parse(row.metadata ?? '{}') as JsonObject) === 'string';
}
