/*
 * Shapes of requests, as strictly as can be: a field that is not named is refused, and so is a value of another kind.
 */

/** What Pinecone answers with a status of its own. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Throws where a value has not the shape. */
export type Shape = (value: unknown, at: string) => void;

function refuse(at: string, expected: string): never {
  throw new Refused(400, `${at}: expected ${expected}`);
}

export function text({ min = 0, max = Number.POSITIVE_INFINITY, like = /^/ } = {}): Shape {
  return (value, at) => {
    const fits = typeof value === 'string' && value.length >= min && value.length <= max && like.test(value);
    if (!fits) refuse(at, `${min} to ${max} characters like ${like}`);
  };
}

export function oneOf(...values: readonly string[]): Shape {
  return (value, at) => {
    if (!values.includes(value as string)) refuse(at, `one of ${values.join(', ')}`);
  };
}

export function integer(min: number, max: number): Shape {
  return (value, at) => {
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
      refuse(at, `a whole number from ${min} to ${max}`);
    }
  };
}

export const float: Shape = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) refuse(at, 'a float');
};

export const boolean: Shape = (value, at) => {
  if (typeof value !== 'boolean') refuse(at, 'a boolean');
};

export function list(of: Shape, min: number, max: number): Shape {
  return (value, at) => {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      refuse(at, `${min} to ${max} elements`);
    for (const [i, one] of (value as unknown[]).entries()) of(one, `${at}[${i}]`);
  };
}

export function map(key: Shape, of: Shape, max = Number.POSITIVE_INFINITY): Shape {
  return (value, at) => {
    const entries = Object.entries(objectOf(value, at));
    if (entries.length > max) refuse(at, `at most ${max} entries`);
    for (const [name, one] of entries) {
      key(name, `${at}, key`);
      of(one, `${at}.${name}`);
    }
  };
}

export function object(fields: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return (value, at) => {
    const given = objectOf(value, at);
    for (const name of required) if (given[name] === undefined) refuse(at, `a field ${name}`);
    for (const [name, one] of Object.entries(given)) {
      const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!shape) refuse(at, `no field ${name}`);
      shape(one, `${at}.${name}`);
    }
  };
}

function objectOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(at, 'an object');
  return value as Readonly<Record<string, unknown>>;
}
