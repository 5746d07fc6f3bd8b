import type { JsonObject } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import {
  type BooleanOption,
  type ChoiceOption,
  describeValue,
  type NumberOption,
  type OptionSpecs,
  readOptions,
} from '../base/options.ts';

/** What only tools are given: texts, lists of them, and JSON objects, which the call itself reads. */
interface TextualInput {
  readonly kind: 'text' | 'texts' | 'object' | 'objects';
  readonly about: string;
}

export type InputSpec = (NumberOption | BooleanOption | ChoiceOption | TextualInput) & {
  readonly isRequired?: true;
};
export type InputSpecs = Readonly<Record<string, InputSpec>>;

/**
 * A schema of what a tool is given: JSON Schema for the model, and validation with our messages. It is a Standard
 * Schema with JSON Schema (standardschema.dev), which the AI SDK and others take as they take those of a library.
 */
export interface ToolSchema<Input> {
  readonly jsonSchema: JsonObject;
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'vecino';
    readonly types?: { readonly input: Input; readonly output: Input };
    readonly validate: (
      input: unknown,
    ) => { readonly value: Input } | { readonly issues: readonly { readonly message: string }[] };
    readonly jsonSchema: {
      readonly input: () => Record<string, unknown>;
      readonly output: () => Record<string, unknown>;
    };
  };
}

/** The schema and the reader of a tool's input: both are made of the same specification, so that they agree. */
export class ToolInput<Input extends object> {
  readonly schema: ToolSchema<Input>;
  private readonly tool: string;
  private readonly specs: InputSpecs;

  /** @param tool the name that messages begin with */
  constructor(tool: string, specs: InputSpecs) {
    this.tool = tool;
    this.specs = specs;
    const jsonSchema = jsonSchemaOf(specs);
    const copy = () => ({ ...jsonSchema });
    this.schema = {
      jsonSchema,
      '~standard': {
        version: 1,
        vendor: 'vecino',
        validate: (input) => this.validate(input),
        jsonSchema: { input: copy, output: copy },
      },
    };
  }

  /**
   * The input with its defaults.
   *
   * @throws OPTION_UNKNOWN, OPTION_INVALID and OPTION_OUT_OF_RANGE, whose messages a model can mend its call by
   */
  read(input: unknown): Input {
    const plain = Object.entries(this.specs).map(([name, spec]) => [name, optionOf(spec)] as const);
    const read = readOptions<Input>(this.tool, Object.fromEntries(plain) as OptionSpecs, input as Input);
    const given = new Map<string, unknown>(Object.entries(read));
    for (const [name, spec] of Object.entries(this.specs)) {
      const value = given.get(name);
      if (value === undefined ? spec.isRequired : !fits(spec, value)) throw this.unfit(name, spec, value);
    }
    return read;
  }

  private validate(input: unknown) {
    try {
      return { value: this.read(input) };
    } catch (error) {
      if (error instanceof VecinoError) return { issues: [{ message: error.message }] };
      throw error;
    }
  }

  private unfit(option: string, { kind }: InputSpec, value: unknown): VecinoError {
    const received =
      value === undefined
        ? 'missing'
        : typeof value === 'string'
          ? 'a string without words'
          : describeValue(value);
    const expected = EXPECTED[kind];
    return new VecinoError(
      'OPTION_INVALID',
      `${this.tool}: option "${option}" is ${received}, expected ${expected}`,
      { details: { option, expected, received } },
    );
  }
}

const EXPECTED: Readonly<Record<InputSpec['kind'], string>> = {
  text: 'a text',
  texts: 'an array of texts, at least one',
  object: 'a JSON object',
  objects: 'an array of JSON objects, at least one',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  choice: 'one of the known values',
};

function fits({ kind }: InputSpec, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return isText(value);
    case 'texts':
      return Array.isArray(value) && value.length > 0 && value.every(isText);
    case 'object':
      return isObject(value);
    case 'objects':
      return Array.isArray(value) && value.length > 0 && value.every(isObject);
    default:
      // Read already, with its range.
      return true;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function optionOf(spec: InputSpec): OptionSpecs[string] {
  switch (spec.kind) {
    case 'text':
    case 'texts':
    case 'object':
    case 'objects':
      return { kind: 'opaque', about: spec.about };
    default:
      return spec;
  }
}

function jsonSchemaOf(specs: InputSpecs): JsonObject {
  const entries = Object.entries(specs);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, spec]) => [name, propertyOf(spec)])),
    required: entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name),
    additionalProperties: false,
  };
}

function propertyOf(spec: InputSpec): JsonObject {
  const description = spec.about;
  switch (spec.kind) {
    case 'text':
      return { type: 'string', minLength: 1, description };
    case 'texts':
      return { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, description };
    case 'object':
      return { type: 'object', description };
    case 'objects':
      return { type: 'array', items: { type: 'object' }, minItems: 1, description };
    case 'choice':
      return { type: 'string', enum: spec.values, ...defaultOf(spec), description };
    case 'boolean':
      return { type: 'boolean', ...defaultOf(spec), description };
    default:
      return {
        type: spec.kind,
        minimum: spec.min,
        maximum: spec.max,
        ...defaultOf(spec),
        description,
      };
  }
}

function defaultOf({ default: value }: NumberOption | BooleanOption | ChoiceOption): JsonObject {
  return value === undefined ? {} : { default: value };
}
