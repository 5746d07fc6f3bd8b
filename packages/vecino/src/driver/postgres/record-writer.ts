import type { JsonValue } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { StoredCollection } from '../../storage/store.ts';
import { unsupported } from '../front/unsupported.ts';
import { encodeBigints, encodeTexts, encodeVector, encodeVectors } from './binary.ts';
import type { Run } from './connections.ts';
import { copiedBigint, copiedJson, copiedText, copyRow } from './copy-in.ts';
import { hasNul, isStorable } from './filter-sql.ts';
import { ENGINE, planOf } from './index-plan.ts';
import { type Schema, vectorColumn } from './schema.ts';
import { identifier, joined, type Sql, sql, statementOf } from './sql.ts';
import { wordsWriter } from './words-sql.ts';

/** Numbers of vectors that go in one statement: some 2 MB. */
const NUMBERS_AT_ONCE = 512 * 1_024;
const RECORDS_AT_ONCE = 1_000;

/** Fewer are quicker as arrays in one statement than by a copy with all that belongs to it. */
const COPIED_MIN = 100;
/** Bytes of rows that are sent in one message. */
const MESSAGE_BYTES = 64 * 1_024;

/**
 * Writes batches of records into the table of a collection: by COPY where many are new, and otherwise as arrays that the
 * server makes rows of.
 */
export class RecordWriter {
  private readonly schema: Schema;
  private readonly collection: StoredCollection;
  private readonly namespace: string;

  constructor(schema: Schema, collection: StoredCollection, namespace: string) {
    this.schema = schema;
    this.collection = collection;
    this.namespace = namespace;
  }

  /** Inserts records whose ids are not there, or have expired. Answers the ids that are there. */
  async insert(run: Run, batch: RecordBatch, now: number): Promise<string[]> {
    const isOld = sql` WHERE stored.expires_at <= ${now}::bigint`;
    const written = new Set<unknown>();
    for (const row of await this.write(run, batch, isOld)) written.add(row['id']);
    return batch.ids.filter((id) => !written.has(id));
  }

  /** Inserts records, in the place of those that are there. */
  async put(run: Run, batch: RecordBatch): Promise<void> {
    await this.write(run, batch, sql``);
  }

  /** Refuses what PostgreSQL cannot keep, before anything is written. */
  requireStorable(operation: string, { ids, documents, metadata }: RecordBatch): void {
    const where = `${operation} collection "${this.collection.name}"`;
    for (const [i, id] of ids.entries()) {
      const has =
        hasNul(id) ||
        hasNul(documents[i] ?? '') ||
        // Only an escape can stand for it in JSON, and most texts have none.
        ((metadata[i] ?? '').includes('\\u0000') &&
          !isStorable(JSON.parse(metadata[i] ?? '{}') as JsonValue));
      if (!has) continue;
      const thing = `${where}: record ${quoted(id)}`;
      throw unsupported(
        thing,
        ENGINE,
        'texts with a NUL character',
        'take it out of id, document and metadata',
      );
    }
  }

  /** Words and floats of 16 bits have formats of their own, which arrays leave to the server. */
  mayCopy({ ids }: RecordBatch): boolean {
    const { fullText } = this.collection;
    return (
      this.schema.takesCopy &&
      ids.length >= COPIED_MIN &&
      !fullText &&
      this.fields.every((field) => planOf(field).type === 'vector')
    );
  }

  async hasAny(run: Run, { ids }: RecordBatch): Promise<boolean> {
    const found = await run(sql`SELECT FROM ${this.schema.records(this.collection)}
      WHERE namespace = ${this.namespace} AND id = ANY (${encodeTexts(ids)}::text[]) LIMIT 1`);
    return found.length > 0;
  }

  /** Copies records that are new; fails with SQLSTATE 23505 where one of the ids is there. */
  async copy(run: Run, batch: RecordBatch): Promise<void> {
    await this.noteNamespace(run);
    const columns = this.fields.map((_, i) => vectorColumn(i));
    // What is not named has its default: the number of the change.
    const names = ['namespace', 'id', 'document', 'metadata', 'expires_at', ...columns];
    const table = statementOf(this.schema.records(this.collection)).text;
    const rows = batch.ids.map((_, i) => this.copiedRow(batch, i));
    await run.copy(`COPY ${table} (${names.join()}) FROM STDIN (FORMAT binary)`, messagesOf(rows));
  }

  private copiedRow({ ids, documents, metadata, expiries, vectors }: RecordBatch, i: number): Buffer {
    return copyRow([
      copiedText(this.namespace),
      copiedText(ids[i] ?? ''),
      copiedText(documents[i] ?? null),
      copiedJson(metadata[i] ?? '{}'),
      copiedBigint(expiries[i] ?? null),
      ...this.fields.map((_, field) => {
        const vector = vectors[i]?.[field];
        return vector && encodeVector(vector);
      }),
    ]);
  }

  private async noteNamespace(run: Run): Promise<void> {
    if (this.namespace === '') return;
    await run(sql`INSERT INTO ${this.schema.namespaces} (collection, name)
      VALUES (${this.collection.id}::integer, ${this.namespace}) ON CONFLICT DO NOTHING`);
  }

  private async write(
    run: Run,
    batch: RecordBatch,
    condition: Sql,
  ): Promise<Readonly<Record<string, unknown>>[]> {
    await this.noteNamespace(run);
    const written: Readonly<Record<string, unknown>>[] = [];
    const numbers = this.fields.reduce((sum, { dimension }) => sum + dimension, 0);
    const step = Math.max(1, Math.min(RECORDS_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / numbers)));
    for (let from = 0; from < batch.ids.length; from += step) {
      written.push(...(await run(this.statement(batch, from, from + step, condition))));
    }
    return written;
  }

  private statement(batch: RecordBatch, from: number, to: number, condition: Sql): Sql {
    const { schema, collection } = this;
    const columns = this.fields.map((_, i) => identifier(vectorColumn(i)));
    const arrays = [
      sql`${encodeTexts(batch.ids.slice(from, to))}::text[]`,
      sql`${encodeTexts(batch.documents.slice(from, to))}::text[]`,
      sql`${encodeTexts(batch.metadata.slice(from, to))}::text[]`,
      sql`${encodeBigints(batch.expiries.slice(from, to))}::bigint[]`,
      sql`${encodeTexts(this.wordsOf(batch, from, to))}::text[]`,
      ...this.fields.map((_, i) => {
        const vectors = batch.vectors.slice(from, to).map((own) => own[i]);
        return sql`${encodeVectors(vectors, schema.vectorOid)}::vector[]`;
      }),
    ];
    const vectors = this.fields.map(
      (field, i) => sql`given.${columns[i]}::${identifier(planOf(field).type)}`,
    );
    const names = joined(columns, sql`, `);
    const sets = columns.map((column) => sql`${column} = excluded.${column}`);
    return sql`INSERT INTO ${schema.records(collection)} AS stored
        (namespace, id, seq, document, metadata, expires_at, words, ${names})
      SELECT ${this.namespace}::text, given.id, ${schema.nextSeq}, given.document, given.metadata::jsonb, given.expires_at,
        given.words::tsvector, ${joined(vectors, sql`, `)}
      FROM unnest(${joined(arrays, sql`, `)}) AS given (id, document, metadata, expires_at, words, ${names})
      ON CONFLICT (namespace, id) DO UPDATE SET seq = excluded.seq, document = excluded.document,
        metadata = excluded.metadata, expires_at = excluded.expires_at, words = excluded.words,
        ${joined(sets, sql`, `)}${condition}
      RETURNING id`;
  }

  private wordsOf({ ids, documents, metadata }: RecordBatch, from: number, to: number): (string | null)[] {
    const { fullText } = this.collection;
    if (!fullText) return ids.slice(from, to).map(() => null);
    const write = wordsWriter(fullText);
    return ids.slice(from, to).map((id, i) => {
      const words = write(documents[from + i] ?? null, metadata[from + i] ?? '{}');
      if (words === undefined) throw tooManyWords(this.collection.name, id);
      return words;
    });
  }

  private get fields() {
    return this.collection.fields ?? [this.collection];
  }
}

/** Rows put together into messages of some size: each has a head of its own. */
function messagesOf(rows: readonly Buffer[]): Buffer[] {
  const messages: Buffer[] = [];
  let part: Buffer[] = [];
  let bytes = 0;
  for (const row of rows) {
    part.push(row);
    bytes += row.length;
    if (bytes < MESSAGE_BYTES) continue;
    messages.push(Buffer.concat(part));
    part = [];
    bytes = 0;
  }
  if (part.length > 0) messages.push(Buffer.concat(part));
  return messages;
}

function tooManyWords(collection: string, id: string): VecinoError {
  return new VecinoError(
    'DOCUMENT_TOO_LARGE',
    `collection "${collection}": record ${quoted(id)} has more than 16,382 words, beyond which ${ENGINE} knows no order; split it into passages`,
    { details: { id, expected: 16_382 } },
  );
}
