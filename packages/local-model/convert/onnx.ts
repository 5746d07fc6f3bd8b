import { bytesField, floatField, integerField, message, stringField } from './protobuf.ts';

/**
 * Writes an ONNX model: constants, nodes, inputs and outputs, in the field numbers of `onnx.proto`
 * (github.com/onnx/onnx). Values are known by name; `node` invents the name of its output and answers it,
 * so that a graph reads like the formula that it computes.
 */

const DATA_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** `TensorProto.DataType` as an attribute, for `Cast`. */
export function dataTypeNumber(type: DataType): number {
  return DATA_TYPES[type];
}

/** Kinds of `AttributeProto`, and the field that holds each one's value. */
const ATTRIBUTE = { float: 1, integer: 2, integers: 7 } as const;

/** An attribute: whole numbers and lists of them, or a real number where it says so. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** IR version 8 and operator set 18: of 2022, read by every runtime since then. */
const IR_VERSION = 8;
const OPERATOR_SET = 18;

export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #constants = new Map<string, Uint8Array>();
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Declares an input; a named dimension is free. */
  input(name: string, type: DataType, shape: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Declares the value that is called `source` so far as an output. */
  output(name: string, type: DataType, shape: readonly (number | string)[], source: string): void {
    this.#nodes.push(encodeNode('Identity', [source], name, {}));
    this.#outputs.push(valueInfo(name, type, shape));
  }

  constant(name: string, type: DataType, shape: readonly number[], data: ArrayBufferView): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.set(
      name,
      message(
        shape.map((length) => integerField(1, length)),
        integerField(2, DATA_TYPES[type]),
        stringField(8, name),
        bytesField(9, bytes),
      ),
    );
    return name;
  }

  /** A 32-bit float. Asking for the same number again answers the same constant. */
  scalar(value: number): string {
    return this.constant(`scalar ${value}`, 'float32', [], Float32Array.of(value));
  }

  /** A list of 64-bit integers: shapes and axes. */
  integers(...values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`integers ${values.join(' ')}`, 'int64', [values.length], data);
  }

  /** Adds a node with one output and answers that output's name. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const output = `${operator} ${this.#nodes.length}`;
    this.#nodes.push(encodeNode(operator, inputs, output, attributes));
    return output;
  }

  /** The whole model as the bytes of an `.onnx` file. */
  encode(): Uint8Array {
    const graph = message(
      this.#nodes.map((node) => bytesField(1, node)),
      stringField(2, this.#name),
      [...this.#constants.values()].map((constant) => bytesField(5, constant)),
      this.#inputs.map((input) => bytesField(11, input)),
      this.#outputs.map((output) => bytesField(12, output)),
    );
    return message(
      integerField(1, IR_VERSION),
      stringField(2, 'vecino'),
      bytesField(7, graph),
      bytesField(8, integerField(2, OPERATOR_SET)),
    );
  }
}

function encodeNode(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>>,
): Uint8Array {
  return message(
    inputs.map((input) => stringField(1, input)),
    stringField(2, output),
    stringField(4, operator),
    Object.entries(attributes).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
  );
}

function encodeAttribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'number') {
    return message(stringField(1, name), integerField(3, value), integerField(20, ATTRIBUTE.integer));
  }
  if ('float' in value) {
    return message(stringField(1, name), floatField(2, value.float), integerField(20, ATTRIBUTE.float));
  }
  const integers = value.map((integer) => integerField(8, integer));
  return message(stringField(1, name), integers, integerField(20, ATTRIBUTE.integers));
}

function valueInfo(name: string, type: DataType, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = shape.map((length) =>
    bytesField(1, typeof length === 'string' ? stringField(2, length) : integerField(1, length)),
  );
  const tensorType = message(integerField(1, DATA_TYPES[type]), bytesField(2, message(dimensions)));
  return message(stringField(1, name), bytesField(2, bytesField(1, tensorType)));
}
