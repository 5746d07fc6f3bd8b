import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import ts from 'typescript';

/*
 * Qdrant's own description of its API, as far as it can be had from a registry: the types that the official client's
 * makers generate from the OpenAPI document. They are read with TypeScript's parser, and values are checked against
 * them while tests run: every request that the driver makes, and every answer that the stand-in gives. Unknown keys are
 * a mistake, although Qdrant itself passes many of them by.
 */

/** A request that the description knows. */
export interface Operation {
  /** The path with its parameters' names in braces. */
  readonly template: string;
  /** What is wrong with the request; undefined where nothing is. */
  problemOf(query: URLSearchParams, body: unknown): string | undefined;
  /** What is wrong with the answer to it. */
  problemOfAnswer(body: unknown): string | undefined;
}

type Members = ReadonlyMap<string, ts.PropertySignature>;

export class ApiTypes {
  private readonly operations: Members;
  private readonly schemas: Members;
  private readonly paths: Members;

  constructor(file = fileOfClient()) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    const interfaces = new Map(
      source.statements
        .filter(ts.isInterfaceDeclaration)
        .map((one) => [one.name.text, membersOf(one.members)]),
    );
    const required = (name: string): Members => {
      const members = interfaces.get(name);
      if (!members) throw new Error(`${file} has no interface ${name}`);
      return members;
    };
    this.operations = required('operations');
    this.paths = required('paths');
    this.schemas = this.memberOf(typeOf(required('components').get('schemas')));
  }

  /** Undefined where there is none such. */
  find(method: string, path: string): Operation | undefined {
    for (const [template, methods] of this.paths) {
      if (!patternOf(template).test(path)) continue;
      const node = this.memberOf(typeOf(methods)).get(method.toLowerCase());
      if (node) return this.operationOf(template, this.memberOf(this.resolve(typeOf(node))));
    }
    return undefined;
  }

  private operationOf(template: string, operation: Members): Operation {
    const inside = (...keys: string[]) => {
      let node: ts.TypeNode | undefined;
      let members = operation;
      for (const key of keys) {
        const found = members.get(key);
        if (!found) return undefined;
        node = this.resolve(typeOf(found));
        members = ts.isTypeLiteralNode(node) ? this.memberOf(node) : new Map();
      }
      return node;
    };
    const body = inside('requestBody', 'content', 'application/json');
    const query = inside('parameters', 'query');
    const answer = inside('responses', '200', 'content', 'application/json');
    return {
      template,
      problemOf: (given, received) => {
        const parameters = Object.fromEntries([...given].map(([key, value]) => [key, plain(value)]));
        if (Object.keys(parameters).length > 0) {
          const problem = query ? this.problemOf(query, parameters, 'query') : 'query: none is expected';
          if (problem) return problem;
        }
        if (received === undefined) return undefined;
        return body ? this.problemOf(body, received, 'body') : 'body: none is expected';
      },
      problemOfAnswer: (received) =>
        answer ? this.problemOf(answer, received, 'answer') : 'answer: none is described',
    };
  }

  private problemOf(type: ts.TypeNode, value: unknown, at: string): string | undefined {
    const node = this.resolve(type);
    if (ts.isUnionTypeNode(node)) return this.problemOfUnion(node.types, value, at);
    if (ts.isTypeReferenceNode(node)) return this.problemOfReference(node, value, at);
    if (ts.isTypeLiteralNode(node)) return this.problemOfObject([node], value, at);
    if (ts.isIntersectionTypeNode(node)) {
      const parts = node.types.map((part) => this.resolve(part)).filter(ts.isTypeLiteralNode);
      if (parts.length !== node.types.length) throw new Error(`${at}: an intersection of other than objects`);
      return this.problemOfObject(parts, value, at);
    }
    if (ts.isArrayTypeNode(node)) {
      if (!Array.isArray(value)) return `${at}: no array`;
      return first(value, (element, i) => this.problemOf(node.elementType, element, `${at}[${i}]`));
    }
    if (ts.isLiteralTypeNode(node)) {
      return value === literalOf(node) ? undefined : `${at}: not ${JSON.stringify(literalOf(node))}`;
    }
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return typeof value === 'string' ? undefined : `${at}: no text`;
      case ts.SyntaxKind.NumberKeyword:
        return typeof value === 'number' ? undefined : `${at}: no number`;
      case ts.SyntaxKind.BooleanKeyword:
        return typeof value === 'boolean' ? undefined : `${at}: neither true nor false`;
      case ts.SyntaxKind.UnknownKeyword:
      case ts.SyntaxKind.AnyKeyword:
        return undefined;
      case ts.SyntaxKind.UndefinedKeyword:
      case ts.SyntaxKind.NeverKeyword:
        return value === undefined ? undefined : `${at}: not expected`;
      default:
        throw new Error(`${at}: a type of the kind ${ts.SyntaxKind[node.kind]}, which is not understood`);
    }
  }

  private problemOfUnion(types: readonly ts.TypeNode[], value: unknown, at: string): string | undefined {
    // What is nullable in the document has become `Record<string, unknown> | null`, of which the first means nothing.
    const isNullable = types.some((type) => ts.isLiteralTypeNode(type) && literalOf(type) === null);
    const meant = types.filter((type) => !(isNullable && isReferenceTo(type, 'Record')));
    const problems: string[] = [];
    for (const type of meant) {
      const problem = this.problemOf(type, value, at);
      if (problem === undefined) return undefined;
      problems.push(problem);
    }
    // The one that went the farthest in is most likely the one that was meant.
    return problems.sort((a, b) => b.indexOf(':') - a.indexOf(':'))[0] ?? `${at}: of no type`;
  }

  private problemOfReference(node: ts.TypeReferenceNode, value: unknown, at: string): string | undefined {
    const [argument, values] = node.typeArguments ?? [];
    if (isReferenceTo(node, 'OneOf') && argument && ts.isTupleTypeNode(argument)) {
      return this.problemOfUnion(argument.elements.map(elementOf), value, at);
    }
    if (isReferenceTo(node, 'Record') && values) {
      if (!isObject(value)) return `${at}: no object`;
      return first(Object.entries(value), ([key, one]) => this.problemOf(values, one, `${at}.${key}`));
    }
    throw new Error(`${at}: a type of the name ${node.getText()}, which is not understood`);
  }

  private problemOfObject(
    parts: readonly ts.TypeLiteralNode[],
    value: unknown,
    at: string,
  ): string | undefined {
    if (!isObject(value)) return `${at}: no object`;
    const members = new Map(parts.flatMap((part) => [...this.memberOf(part)]));
    const rest = parts.flatMap((part) => part.members.filter(ts.isIndexSignatureDeclaration))[0];
    const missing = [...members].find(
      ([key, { questionToken }]) => !questionToken && !Object.hasOwn(value, key),
    );
    if (missing) return `${at}.${missing[0]}: missing`;
    return first(Object.entries(value), ([key, one]) => {
      const member = members.get(key);
      if (member) return this.problemOf(typeOf(member), one, `${at}.${key}`);
      return rest ? this.problemOf(rest.type, one, `${at}.${key}`) : `${at}.${key}: unknown`;
    });
  }

  /** What a name stands for: `components["schemas"]["Filter"]`, or something in brackets. */
  private resolve(type: ts.TypeNode): ts.TypeNode {
    if (ts.isParenthesizedTypeNode(type)) return this.resolve(type.type);
    if (!ts.isIndexedAccessTypeNode(type)) return type;
    const name = literalOf(type.indexType as ts.LiteralTypeNode);
    const isOperation = isReferenceTo(type.objectType, 'operations');
    const found = (isOperation ? this.operations : this.schemas).get(String(name));
    if (!found) throw new Error(`no type of the name ${name}`);
    return this.resolve(typeOf(found));
  }

  private memberOf(type: ts.TypeNode): Members {
    return ts.isTypeLiteralNode(type) ? membersOf(type.members) : new Map();
  }
}

function fileOfClient(): string {
  const entry = createRequire(import.meta.url).resolve('@qdrant/js-client-rest');
  const [folder] = entry.split(`${sep}dist${sep}`);
  return join(folder ?? '', 'dist', 'types', 'openapi', 'generated_schema.d.ts');
}

function membersOf(members: ts.NodeArray<ts.TypeElement>): Members {
  return new Map(
    members
      .filter(ts.isPropertySignature)
      .map((member) => [(member.name as ts.Identifier | ts.StringLiteral | ts.NumericLiteral).text, member]),
  );
}

function typeOf(member: ts.PropertySignature | undefined): ts.TypeNode {
  if (!member?.type) throw new Error('a member without a type');
  return member.type;
}

function elementOf(element: ts.TypeNode | ts.NamedTupleMember): ts.TypeNode {
  return ts.isNamedTupleMember(element) ? element.type : element;
}

function literalOf({ literal }: ts.LiteralTypeNode): unknown {
  if (ts.isStringLiteral(literal)) return literal.text;
  if (ts.isNumericLiteral(literal)) return Number(literal.text);
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return true;
  return literal.kind === ts.SyntaxKind.FalseKeyword ? false : null;
}

function isReferenceTo(type: ts.TypeNode, name: string): boolean {
  if (ts.isParenthesizedTypeNode(type)) return isReferenceTo(type.type, name);
  return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === name;
}

/** Parameters of a path are any text without slashes. */
function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

/** A value of a query, which is text, as what it says. */
function plain(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function first<T>(
  elements: readonly T[],
  problemOf: (element: T, i: number) => string | undefined,
): string | undefined {
  for (const [i, element] of elements.entries()) {
    const problem = problemOf(element, i);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
