import type { SchemaElement } from 'hyparquet';
import type { ColumnSource } from 'hyparquet-writer';
import type { JsonValue } from 'vecino';
import type { VectorRow } from '../vector-file.ts';
import type { Encoder } from './encoder.ts';
import type { ByteSink } from './sink.ts';

/** About 16 MB of vectors of 768 dimensions: what a reader decodes at once. */
const GROUP_NUMBERS = 4_000_000;
const GROUP_ROWS_MAX = 50_000;

/**
 * Columns `id`, `document`, `metadata` (JSON) and `vector` (a list of floats), and before them one for each key of the
 * metadata that is to have a column of texts of its own.
 */
export async function parquetEncoder(
  sink: ByteSink,
  dimension: number,
  texts: readonly string[],
): Promise<Encoder> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const flush = async () => {
    await sink.write(writer.getBytes().slice());
    writer.index = 0;
  };
  const parquet = new ParquetWriter({ writer, schema: schemaWith(texts), statistics: false });
  const groupRows = Math.max(1, Math.min(GROUP_ROWS_MAX, Math.floor(GROUP_NUMBERS / dimension)));
  let group: VectorRow[] = [];
  const writeGroup = async () => {
    const columnData = columnsOf(group, texts);
    group = [];
    await parquet.write({ columnData, rowGroupSize: groupRows });
    await flush();
  };
  return {
    async write(rows) {
      for (const row of rows) {
        group.push(row);
        if (group.length >= groupRows) await writeGroup();
      }
    },
    async finish() {
      if (group.length > 0) await writeGroup();
      await parquet.finish();
      await flush();
    },
  };
}

function schemaWith(texts: readonly string[]): SchemaElement[] {
  const text = (name: string): SchemaElement => {
    return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' };
  };
  return [
    { name: 'root', num_children: 4 + texts.length },
    ...texts.map(text),
    text('id'),
    text('document'),
    { name: 'metadata', type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'OPTIONAL' },
    { name: 'vector', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
  ];
}

function columnsOf(rows: readonly VectorRow[], texts: readonly string[]): ColumnSource[] {
  return [
    ...texts.map((name) => ({ name, data: rows.map(({ metadata }) => metadata?.[name] ?? null) })),
    { name: 'id', data: rows.map(({ id }) => id ?? null) },
    { name: 'document', data: rows.map(({ document }) => document ?? null) },
    { name: 'metadata', data: rows.map(({ metadata }) => without(metadata, texts)) },
    { name: 'vector', data: rows.map(({ vector }) => (vector ? Array.from(vector) : null)) },
  ];
}

function without(metadata: VectorRow['metadata'], texts: readonly string[]): JsonValue {
  if (metadata === undefined) return null;
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !texts.includes(name)));
}
