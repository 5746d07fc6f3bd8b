import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue, type OptionSpecs, quoted, readOptions } from '../base/options.ts';
import { knownModel, knownModelNames } from './known-models.ts';
import type { ModelDescription } from './model-description.ts';

const MODEL_FIELDS = {
  name: { kind: 'opaque', about: 'As the provider calls it.' },
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'The length of its vectors.' },
  queryPrefix: { kind: 'opaque', about: 'Stands before a question.' },
  documentPrefix: { kind: 'opaque', about: 'Stands before a passage.' },
  tokensMax: { kind: 'integer', min: 1, max: 1e9, about: 'Tokens of a text that count.' },
  dimensionMin: {
    kind: 'integer',
    min: 1,
    max: LIMITS.dimensionMax,
    about: 'The shortest that it is cut to.',
  },
  centred: { kind: 'boolean', about: 'Whether the mean is taken off before a vector is cut.' },
  pooling: { kind: 'choice', values: ['mean', 'cls', 'last_token'], about: 'How many vectors become one.' },
} as const satisfies OptionSpecs;

/** A model, and the length to which its vectors are cut. */
export interface ChosenModel {
  readonly description: ModelDescription;
  readonly dimension: number;
}

/**
 * What the caller has said of the model: the name of one that we know, a name and the dimension of another, or a
 * description.
 *
 * @throws OPTION_INVALID, OPTION_UNKNOWN, OPTION_OUT_OF_RANGE
 */
export function chooseModel(thing: string, model: unknown, dimension: number | undefined): ChosenModel {
  const description = describe(thing, model, dimension);
  const wanted = dimension ?? description.dimension;
  if (wanted !== description.dimension) requireCut(thing, description, wanted);
  return { description, dimension: wanted };
}

function describe(thing: string, model: unknown, dimension: number | undefined): ModelDescription {
  if (typeof model !== 'string') return readDescription(thing, model);
  requireName(thing, model);
  const known = knownModel(model);
  if (known) return { ...known, name: model };
  if (dimension !== undefined) return { name: model, dimension };
  const names = knownModelNames();
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: nothing is known of the model ${quoted(model)}${didYouMean(model, names)}; add \`dimension\`, the length of its vectors, or describe it: { model: { name, dimension, queryPrefix, … } }`,
    { details: { option: 'model', known: names } },
  );
}

function readDescription(thing: string, model: unknown): ModelDescription {
  if (typeof model !== 'object' || model === null || Array.isArray(model)) {
    const received = describeValue(model);
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "model" is ${received}, expected a name or a description { name, dimension, … }`,
      { details: { option: 'model', expected: 'a name or a description', received } },
    );
  }
  const where = `${thing}: option "model"`;
  const read = readOptions(where, MODEL_FIELDS, model as ModelDescription);
  requireName(where, read.name);
  for (const field of ['queryPrefix', 'documentPrefix'] as const) {
    const prefix: unknown = read[field];
    if (prefix !== undefined && typeof prefix !== 'string')
      throw wrongField(where, field, 'a string', prefix);
  }
  if (read.dimension === undefined) throw wrongField(where, 'dimension', 'an integer', undefined);
  if (read.dimensionMin !== undefined && read.dimensionMin > read.dimension) {
    const expected = `at most the dimension, ${read.dimension}`;
    throw wrongField(where, 'dimensionMin', expected, read.dimensionMin);
  }
  return read;
}

function requireName(where: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && name !== '' && name.isWellFormed()) return;
  throw wrongField(where, 'name', 'a non-empty string', name);
}

function wrongField(where: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError('OPTION_INVALID', `${where}: "${option}" is ${received}, expected ${expected}`, {
    details: { option, expected, received },
  });
}

/** Refuses to cut what was not trained to be cut: the rest would be another, worse model without saying so. */
function requireCut(
  thing: string,
  { name, dimension, dimensionMin }: ModelDescription,
  wanted: number,
): void {
  if (dimensionMin !== undefined && wanted >= dimensionMin && wanted < dimension) return;
  const expected = dimensionMin === undefined ? `${dimension}` : `${dimensionMin} to ${dimension}`;
  const why =
    dimensionMin === undefined
      ? `the vectors of "${name}" cannot be cut; leave the option out`
      : `that is how short the vectors of "${name}" may be cut`;
  throw new VecinoError(
    'OPTION_OUT_OF_RANGE',
    `${thing}: option "dimension" is ${wanted}, expected ${expected}: ${why}`,
    { details: { option: 'dimension', expected, received: wanted } },
  );
}
