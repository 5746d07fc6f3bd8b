import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { quoted } from '../base/options.ts';
import type { EndSettings, ReadableEnd } from './end.ts';
import type { PageSize } from './page-size.ts';
import { NAMELESS, type Page, type Position, withVector } from './record.ts';

/** One of several named vectors of a source, as if it were the only one. Records that lack it are left out. */
export class ProjectedEnd implements ReadableEnd {
  readonly description: ReadableEnd['description'];
  readonly identity: string;
  readonly parts: ReadableEnd['parts'];
  readonly lookUp: ReadableEnd['lookUp'];
  private readonly end: ReadableEnd;
  private readonly field: string;
  private readonly records: number | undefined;

  /** @param records those that have the vector; undefined where nobody knows */
  constructor(end: ReadableEnd, field: string, records: number | undefined) {
    this.records = records;
    this.end = end;
    this.field = field;
    this.description = end.description;
    this.identity = JSON.stringify([end.identity, field]);
    this.parts = end.parts;
    const { lookUp } = end;
    if (!lookUp) return;
    this.lookUp = async (namespace, ids) => {
      const records = await lookUp(namespace, ids);
      return records.map((record) => record && withVector(record, field));
    };
  }

  async count(): Promise<number | undefined> {
    return this.records;
  }

  async *pages(from: Position | undefined, size: PageSize): AsyncGenerator<Page> {
    for await (const page of this.end.pages(from, size)) {
      yield { ...page, records: page.records.flatMap((record) => withVector(record, this.field) ?? []) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end[Symbol.asyncDispose]();
  }
}

/** The settings of one field alone; `FIELD_UNKNOWN` where there is none of that name. */
export function settingsOfField(
  { fields, fullText }: EndSettings,
  thing: string,
  field: unknown,
): EndSettings {
  const known = [...fields.keys()].filter((name) => name !== NAMELESS);
  const one = typeof field === 'string' ? fields.get(field) : undefined;
  if (one && field !== NAMELESS) return { fields: new Map([[NAMELESS, one]]), fullText };
  const name = typeof field === 'string' ? field : '';
  const has =
    known.length === 0 ? 'one vector a record, without a name; leave field out' : `${known.join(', ')}`;
  throw new VecinoError(
    'FIELD_UNKNOWN',
    `${thing}: field is ${quoted(name)}${didYouMean(name, known)}, expected one of the source's vectors: ${has}`,
    { details: { option: 'field', known, received: name } },
  );
}
