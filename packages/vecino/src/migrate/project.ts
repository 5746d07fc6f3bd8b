import type { MigrationLoss } from '../api/migration.ts';
import { VecinoError } from '../base/errors.ts';
import { quantity } from '../base/quantity.ts';
import type { EndSettings, ReadableEnd } from './end.ts';
import type { OpenSource } from './open-ends.ts';
import { ProjectedEnd, settingsOfField } from './projected-end.ts';
import { NAMELESS } from './record.ts';

/** The source as the target sees it, and what of it that leaves out. */
export interface Projected {
  readonly source: ReadableEnd;
  readonly settings: EndSettings;
  readonly losses: readonly MigrationLoss[];
}

/** The source with one of its vectors, where the target has no names for several, or the caller wants so. */
export function project(
  { end, settings, collection }: OpenSource,
  field: string | undefined,
  needsOne: boolean,
  why: string,
): Projected {
  const names = [...settings.fields.keys()].filter((name) => name !== NAMELESS);
  if (field !== undefined) {
    const ofField = settingsOfField(settings, 'migrate', field);
    const records = collection?.recordsWith(field);
    const source = new ProjectedEnd(end, field, records?.having);
    return { source, settings: ofField, losses: lossesOfField(names, field, records?.lacking ?? 0) };
  }
  if (!needsOne || names.length === 0) return { source: end, settings, losses: [] };
  throw new VecinoError(
    'FIELD_REQUIRED',
    `migrate: the source's records have the named vectors ${names.join(', ')}, and ${why}; give field, the one that is to travel`,
    { details: { option: 'field', known: names } },
  );
}

function lossesOfField(names: readonly string[], field: string, lacking: number): MigrationLoss[] {
  const others = names.filter((name) => name !== field);
  const because = `one vector travels, "${field}"`;
  return [
    ...(others.length === 0 ? [] : [{ what: `the vectors ${others.join(', ')}`, because }]),
    ...(lacking === 0 ? [] : [{ what: `${quantity(lacking, 'record')} without that vector`, because }]),
  ];
}
