import { EXAMPLE_OPTIONS, type Example, type Strategy } from '../../api/example.ts';
import { LIMITS } from '../../api/limits.ts';
import type { SearchQuery } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import { requireImage } from '../../embedding/image-input.ts';
import { readWeight } from '../../vector/operands.ts';
import { readId } from '../read-records.ts';

/** An example whose form is right. */
export interface ReadExample {
  /** The example itself, as the opening words of messages. */
  readonly thing: string;
  readonly example: Example;
  readonly weight: number;
}

export interface ReadExamples {
  readonly like: readonly ReadExample[];
  readonly unlike: readonly ReadExample[];
  readonly strategy: Strategy;
}

/** The examples of a query, or undefined where it has none. */
export function readExamples(thing: string, query: SearchQuery): ReadExamples | undefined {
  const { like, unlike, strategy = 'sum' } = query;
  if (like === undefined && unlike === undefined) {
    if (query.strategy === undefined) return undefined;
    throw new VecinoError(
      'EXAMPLES_EMPTY',
      `${thing}: strategy is given without examples, expected like or unlike; leave it out for other queries`,
      { details: { option: 'strategy', received: query.strategy } },
    );
  }
  const examples = {
    like: readList(thing, 'like', like, strategy),
    unlike: readList(thing, 'unlike', unlike, strategy),
    strategy,
  };
  requireEnough(thing, examples);
  return examples;
}

function readList(
  thing: string,
  name: 'like' | 'unlike',
  examples: unknown,
  strategy: Strategy,
): readonly ReadExample[] {
  if (examples === undefined) return [];
  if (!Array.isArray(examples)) {
    const received = describeValue(examples);
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "${name}" is ${received}, expected an array of examples such as { id: 'a' }`,
      { details: { option: name, expected: 'an array', received } },
    );
  }
  return Array.from(examples as unknown[], (example, i) =>
    readExample(`${thing}: ${name} ${i}`, example, strategy),
  );
}

function readExample(thing: string, input: unknown, strategy: Strategy): ReadExample {
  const example = readOptions<Example>(thing, EXAMPLE_OPTIONS, (input ?? null) as Example);
  const given = (['id', 'text', 'image', 'vector'] as const).filter((key) => example[key] !== undefined);
  if (given.length !== 1) {
    const received = given.length === 0 ? 'none of them' : given.join(' and ');
    throw invalid(thing, `expected exactly one of id, text, image and vector, received ${received}`);
  }
  if (example.collection !== undefined && (typeof example.collection !== 'string' || given[0] !== 'id')) {
    throw invalid(
      thing,
      `collection is ${describeValue(example.collection)} beside ${given[0]}, expected the name of a collection beside an id`,
    );
  }
  if (example.image !== undefined) requireImage(thing, example.image);
  if (example.text !== undefined && typeof example.text !== 'string') {
    throw invalid(thing, `text is ${describeValue(example.text)}, expected a string`);
  }
  if (example.id !== undefined) readId(thing, example.id);
  if (example.weight !== undefined && strategy === 'bestScore') {
    throw new VecinoError(
      'WEIGHT_INVALID',
      `${thing}: weight is given with the strategy bestScore, which compares scores and weighs none; leave it out, or use sum or average`,
      { details: { strategy } },
    );
  }
  return {
    thing,
    example,
    weight: example.weight === undefined ? 1 : readWeight(`${thing}: weight`, example.weight),
  };
}

/** Only sums can do without anything to be like: what is farthest from the unlikes. */
function requireEnough(thing: string, { like, unlike, strategy }: ReadExamples): void {
  const needed = strategy === 'sum' ? 'like or unlike' : 'like';
  const count = strategy === 'sum' ? like.length + unlike.length : like.length;
  if (count === 0) {
    throw new VecinoError(
      'EXAMPLES_EMPTY',
      `${thing}: there are no examples, expected at least one in ${needed}; give a text, a vector or an id to begin with`,
      { details: { expected: needed, like: like.length, unlike: unlike.length } },
    );
  }
  const all = like.length + unlike.length;
  if (all <= LIMITS.examplesMax) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: there are ${all} examples, expected at most ${LIMITS.examplesMax}; give the mean of some as one vector`,
    { details: { expected: LIMITS.examplesMax, received: all } },
  );
}

function invalid(thing: string, problem: string): VecinoError {
  return new VecinoError('QUERY_INVALID', `${thing}: ${problem}`, { details: {} });
}
