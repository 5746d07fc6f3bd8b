import type { Capability } from '../api/capabilities.ts';
import type { CollectionOptions } from '../api/collection.ts';
import type { Database } from '../api/database.ts';
import { INDEX_OPTIONS, type IndexChoice } from '../api/index-options.ts';
import type { MigrationLoss } from '../api/migration.ts';
import type { VectorFieldOptions } from '../api/vector-field.ts';
import { VecinoError } from '../base/errors.ts';
import type { OptionSpecs } from '../base/options.ts';
import { RemoteDatabase } from '../driver/front/remote-database.ts';
import { readCollectionOptions } from '../engine/collection-options.ts';
import type { EndSettings, EndVectors } from './end.ts';
import { NAMELESS } from './record.ts';

/** How a new target is made, and what of the source it will not have. */
export interface Fit {
  readonly options: CollectionOptions;
  readonly losses: readonly MigrationLoss[];
}

/**
 * The options of a collection that is as near to the source as the target's engine can make it. What is only about speed (the
 * index) is left behind where the engine lacks it, and said; what records would lose their meaning without (names of
 * vectors) is refused.
 *
 * @param database the target's; undefined for a folder that is not there yet
 * @param chosen the index that the caller asks for, which is not bent
 */
export function fitSettings(
  database: Database | undefined,
  name: string,
  settings: EndSettings,
  chosen: IndexChoice | undefined,
): Fit {
  const lacks = (capability: Capability) => database?.capabilities.unsupported[capability];
  const losses: MigrationLoss[] = [];
  const hasNames = !settings.fields.has(NAMELESS);
  const lackingNames = lacks('namedVectors');
  if (hasNames && lackingNames !== undefined) {
    throw new VecinoError(
      'UNSUPPORTED',
      `migrate: the records have the named vectors ${[...settings.fields.keys()].join(', ')}, and ${database?.capabilities.engine} has one vector a record; give field, the one that is to travel`,
      { details: { capability: 'namedVectors', known: [...settings.fields.keys()] } },
    );
  }
  const fitting = (
    optionsOf: (index: IndexChoice | undefined) => CollectionOptions,
    one: EndVectors,
    what: string,
  ) => {
    if (chosen !== undefined || one.index === undefined) return chosen;
    return fitIndex(one.index, what, losses, (index) => refusalOf(database, name, optionsOf(index)));
  };
  const fields = Array.from(settings.fields, ([field, one]): readonly [string, VectorFieldOptions] => {
    const alone = (index: IndexChoice | undefined) =>
      hasNames ? { vectors: { [field]: vectorOptions(one, index) } } : withoutText(vectorOptions(one, index));
    const what = hasNames ? `the index of "${field}"` : 'the index';
    return [field, vectorOptions(one, fitting(alone, one, what))];
  });
  const lackingWords = lacks('fullText');
  if (settings.fullText && lackingWords !== undefined) {
    losses.push({ what: 'the index of words (fullText)', because: lackingWords });
  }
  const fullText = lackingWords === undefined ? settings.fullText : undefined;
  const [first] = fields;
  const options: CollectionOptions = {
    ...(hasNames ? { vectors: Object.fromEntries(fields) } : withoutText(first?.[1] ?? {})),
    ...(fullText && { fullText }),
  };
  const refusal = refusalOf(database, name, options);
  if (refusal) throw refusal;
  return { options, losses };
}

/**
 * The options of an index that the engine takes. It refuses one option after the other with a reason, so that all that
 * it does not refuse are found by trying.
 */
function fitIndex(
  asked: IndexChoice,
  what: string,
  losses: MigrationLoss[],
  refusal: (index: IndexChoice | undefined) => VecinoError | undefined,
): IndexChoice | undefined {
  if (!refusal(asked)) return asked;
  const { family, ...others } = typeof asked === 'string' ? { family: asked } : asked;
  const ofFamily = refusal({ family } as IndexChoice);
  if (ofFamily) {
    losses.push({ what: `${what} (family ${family})`, because: `${ofFamily.message}; it becomes auto` });
    return refusal('auto') ? undefined : 'auto';
  }
  let fitting: Record<string, unknown> = { family };
  const left: string[] = [];
  let because = '';
  for (const [option, value] of Object.entries(others)) {
    const more = { ...fitting, [option]: value };
    const refused = refusal(more as unknown as IndexChoice);
    if (!refused) fitting = more;
    else if (value !== defaultOf(family, option)) {
      left.push(`${option} ${String(value)}`);
      because ||= refused.message;
    }
  }
  // A default nobody has asked for, so that nobody misses it.
  if (left.length > 0) losses.push({ what: `of ${what}: ${left.join(', ')}`, because });
  return fitting as unknown as IndexChoice;
}

function defaultOf(family: string, option: string): unknown {
  const specs: Readonly<Record<string, OptionSpecs>> = INDEX_OPTIONS;
  const spec = specs[family]?.[option];
  return spec && 'default' in spec ? spec.default : undefined;
}

function vectorOptions(one: EndVectors, index: IndexChoice | undefined): VectorFieldOptions {
  const { dimension, metric, embedding, text } = one;
  return {
    ...(embedding ? { embedding: recordedOnly(embedding) } : { dimension }),
    ...(metric && { metric }),
    ...(text !== null && embedding && { text }),
    ...(index !== undefined && { index }),
  };
}

/** What is embedded has no name where the vector has none: it is the document. */
function withoutText({ text: _, ...options }: VectorFieldOptions): VectorFieldOptions {
  return options;
}

/**
 * Stands for the model whose identity is recorded. It makes nothing: every record brings its vectors, and says which it
 * lacks.
 */
function recordedOnly({ name, dimension }: { readonly name: string; readonly dimension: number }) {
  return {
    name,
    dimension,
    embed: async (): Promise<never> => {
      throw new VecinoError(
        'EMBEDDING_MISSING',
        `the collection was made by a migration, which had no model; open it with the embedding "${name}" to embed texts`,
        { details: { expected: name } },
      );
    },
  };
}

/** Why the engine would not make such a collection; undefined where it would. Nothing is made. */
function refusalOf(
  database: Database | undefined,
  name: string,
  options: CollectionOptions,
): VecinoError | undefined {
  try {
    if (database instanceof RemoteDatabase) database.requireFit(name, options);
    else readCollectionOptions(name, options);
    return undefined;
  } catch (error) {
    if (error instanceof VecinoError) return error;
    throw error;
  }
}
