import type { Strategy } from '../../api/example.ts';
import { VecinoError } from '../../base/errors.ts';
import { lengthOf } from '../../vector/prepare.ts';
import type { FieldShape } from '../collection-shape.ts';

/** Shorter than this share of what was added up, a sum is what rounding has left of nothing. */
const CANCELLED = 1e-6;

/** An example of which it is known where it lies. */
export interface Placed {
  readonly vector: Float32Array;
  readonly weight: number;
}

/** The one vector that examples stand for, by `sum` or `average`. */
export function sumOfExamples(
  field: FieldShape,
  thing: string,
  strategy: Strategy,
  like: readonly Placed[],
  unlike: readonly Placed[],
): Float32Array {
  const terms = weighed(thing, like, strategy, unlike.length > 0 ? 2 : 1);
  return sumOf(field, thing, [...terms, ...weighed(thing, unlike, strategy, -1)]);
}

/** Terms of the sum: weights as they are, or as shares of their mean. */
function weighed(thing: string, list: readonly Placed[], strategy: Strategy, share: number): Placed[] {
  if (strategy === 'sum')
    return list.map(({ vector, weight }) => ({ vector, weight: weight * Math.sign(share) }));
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  if (list.length > 0 && total === 0) {
    throw new VecinoError(
      'WEIGHT_INVALID',
      `${thing}: the weights of a mean add up to 0, expected another sum, by which to divide; use the strategy sum for a difference`,
      { details: { received: 0 } },
    );
  }
  return list.map(({ vector, weight }) => ({ vector, weight: (weight / total) * share }));
}

function sumOf(field: FieldShape, thing: string, terms: readonly Placed[]): Float32Array {
  const sums = new Float64Array(field.dimension);
  let added = 0;
  for (const { vector, weight } of terms) {
    // Under cosine only directions count.
    const length = lengthOf(vector);
    const factor = field.metric === 'cosine' ? weight / length : weight;
    added += Math.abs(factor) * length;
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + factor * (vector[i] ?? 0);
  }
  // The origin is a place like any other where distances are compared, but no direction.
  if (field.metric !== 'l2' && lengthOf(sums) <= CANCELLED * added) {
    throw new VecinoError(
      'EXAMPLES_CANCEL',
      `${thing}: the examples add up to a zero vector, expected one with a direction; leave out an example, or give it another weight`,
      { details: { metric: field.metric } },
    );
  }
  return field.readQuery(`${thing}: the sum of the examples`, sums);
}
