import type { SearchQuery } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import type { EffortOption } from '../../index/family.ts';
import { FAMILY_NAMES, familyOf } from '../../index/registry.ts';
import type { IndexSearch } from '../index/live-index.ts';
import type { VectorField } from '../vector-field.ts';

/** Options of a query that belong to one family each. `oversample` serves several. */
const OF_ONE_FAMILY = ['efSearch', 'nprobe', 'probes'] as const satisfies readonly EffortOption[];

/** Refuses an effort that the collection's index does not understand. An exact one needs none, and takes any. */
export function requireOwnEffort(field: VectorField, thing: string, query: SearchQuery): void {
  const { name, effortOption } = familyOf(field.index.options.family);
  const foreign = OF_ONE_FAMILY.find((option) => query[option] !== undefined && option !== effortOption);
  if (effortOption === undefined || foreign === undefined) return;
  const owners = FAMILY_NAMES.filter((family) => familyOf(family).effortOption === foreign).join(' and ');
  const serves = isOurs(field)
    ? 'which the automatic choice has made serve now'
    : `which serves ${field.name === undefined ? 'the collection' : `the field ${quoted(field.name)}`}`;
  throw new VecinoError(
    'QUERY_INVALID',
    `${thing}: ${foreign} is an option of another family (${owners}), expected ${effortOption}, the effort of ${name}, ${serves}; give recall instead, which all families understand`,
    { details: { option: foreign, expected: effortOption, family: name } },
  );
}

/** Whether the choice of the index is left to us. */
function isOurs({ stored }: VectorField): boolean {
  return stored.index['family'] === 'auto';
}

/** The effort that is named, or else the recall that it is to reach. */
export function effortOf(field: VectorField, query: SearchQuery): Pick<IndexSearch, 'effort' | 'recall'> {
  const { effortOption } = familyOf(field.index.options.family);
  const effort = effortOption && query[effortOption];
  const recall = query.recall ?? field.recallTarget;
  if (effort === undefined && recall !== undefined && !query.exact) field.index.wantCalibration();
  return { effort, recall };
}
