/*
 * Statements are put together of fragments whose values travel beside the text, as parameters. A value can become a
 * part of the text in no way: what a template is given is either another fragment or a parameter. Names of tables and
 * columns are made of numbers that we have given, and the schema's goes through `identifier` or, in a default, `literal`.
 */

/** A piece of a statement. */
export class Sql {
  /** One more than values. */
  readonly texts: readonly string[];
  readonly values: readonly unknown[];

  constructor(texts: readonly string[], values: readonly unknown[]) {
    this.texts = texts;
    this.values = values;
  }
}

/** A fragment with parameters, and other fragments, in their places. */
export function sql(texts: TemplateStringsArray, ...given: readonly unknown[]): Sql {
  const made: string[] = [texts[0] ?? ''];
  const values: unknown[] = [];
  for (const [i, value] of given.entries()) {
    const behind = texts[i + 1] ?? '';
    if (value instanceof Sql) {
      made.push(`${made.pop() ?? ''}${value.texts[0] ?? ''}`, ...value.texts.slice(1));
      values.push(...value.values);
      made.push(`${made.pop() ?? ''}${behind}`);
    } else {
      values.push(value);
      made.push(behind);
    }
  }
  return new Sql(made, values);
}

/** A name in quotes, whatever it consists of. */
export function identifier(name: string): Sql {
  return new Sql([`"${name.replaceAll('"', '""')}"`], []);
}

/** A text in quotes where PostgreSQL takes no parameter: defaults of columns. Whatever it consists of. */
export function literal(text: string): Sql {
  return new Sql([` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`], []);
}

/** A whole number as a part of the text, where PostgreSQL takes no parameter: dimensions, options of indexes. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer`);
  return new Sql([String(value)], []);
}

export function joined(parts: readonly Sql[], separator: Sql): Sql {
  return parts.slice(1).reduce((all, part) => sql`${all}${separator}${part}`, parts[0] ?? sql``);
}

/** As the client takes it. */
export function statementOf(fragment: Sql): { readonly text: string; readonly values: unknown[] } {
  const [first = '', ...others] = fragment.texts;
  const text = others.reduce((all, behind, i) => `${all}$${i + 1}${behind}`, first);
  return { text, values: [...fragment.values] };
}
