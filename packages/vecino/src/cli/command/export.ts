import { type Command, Option } from 'commander';
import type { Collection, CollectionDescription, ListQuery } from '../../api/collection.ts';
import type { Filter } from '../../api/filter.ts';
import type { StoredRecord } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { jsonText } from '../../base/json-text.ts';
import { EXPIRY_FIELD } from '../expiry.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportedVectors,
  exportFormat,
  hasVectorsOnly,
  loadVectorWriter,
  writeVectorFile,
} from '../export/vector-file.ts';
import { filterFlag } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { Interrupt, interrupted } from '../interrupt.ts';
import { NAMESPACE_FIELD, type NamespaceFlags, namespaceFlag, type Records } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { OutputFile } from '../output-file.ts';
import { showProgress } from '../progress.ts';
import { bytes, counted } from '../text/units.ts';
import { fieldFlag } from '../vector-fields.ts';
import { defineCommand } from './command.ts';

interface ExportFlags extends OutputFlags, NamespaceFlags {
  readonly filter?: Filter;
  readonly format?: ExportFormat;
  readonly field?: string;
}

const STANDARD_OUTPUT = '-';
const PAGE_RECORDS = 500;

export function addExport(program: Command): void {
  const command = defineCommand(
    program,
    'export <folder> <collection> [file]',
    'Write all records as JSON lines, vectors and namespaces included, or as Parquet; or their vectors as .npy or .fvecs. ' +
      'What import reads from JSON lines and Parquet is the same bit by bit.',
    [
      'vecino export ./library books books.jsonl',
      'vecino export ./library books | gzip > books.jsonl.gz',
      'vecino export ./library books books.parquet',
      `vecino export ./library books - --filter '{"year":{"$lt":2000}}'`,
    ],
  );
  command.addOption(
    new Option('--format <format>', 'Default by the extension, else jsonl.').choices(EXPORT_FORMATS),
  );
  command.addOption(fieldFlag());
  command.addOption(filterFlag());
  command.addOption(namespaceFlag('Only this namespace, without its name.'));
  command.action(exportRecords);
}

async function exportRecords(
  folder: string,
  collectionName: string,
  file: string | undefined,
  flags: ExportFlags,
): Promise<void> {
  const output = new Output(flags);
  const format = exportFormat(file, flags.format);
  if (format !== 'jsonl')
    return exportVectorFile(folder, collectionName, requireFile(file, format), format, flags);
  if (flags.field !== undefined) throw fieldOfLines(flags.field);
  using interrupt = new Interrupt(() => output.note('interrupted: no file is left behind'));
  await using db = await openForReading(folder, output);
  const collection = await db.openCollection(collectionName);
  const { vectors } = await collection.describe();
  const parts = await partsOf(collection, flags, vectors);
  const pages = exportedPages(parts, output, interrupt.signal);
  if (file === undefined || file === STANDARD_OUTPUT) {
    for await (const page of pages) await output.write(linesOf(page));
    return;
  }
  await using target = await OutputFile.create(file);
  let records = 0;
  for await (const page of pages) {
    await target.write(linesOf(page));
    records += page.records.length;
  }
  const written = await target.finish();
  if (output.json) await output.document({ collection: collectionName, file, records, bytes: written });
  else await output.lines([`exported ${counted(records, 'record')} to ${file} (${bytes(written)})`]);
}

async function exportVectorFile(
  folder: string,
  collectionName: string,
  file: string,
  format: Exclude<ExportFormat, 'jsonl'>,
  flags: ExportFlags,
): Promise<void> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('interrupted: no file is left behind'));
  const write = await loadVectorWriter();
  await using db = await openForReading(folder, output);
  const collection = await db.openCollection(collectionName);
  const description = await collection.describe();
  const vectors = exportedVectors(description, flags.field);
  const parts = await partsOf(collection, flags, description.vectors);
  const pages = exportedPages(parts, output, interrupt.signal);
  await using target = await OutputFile.create(file);
  const records = await writeVectorFile(write, { name: file, target, format }, pages, vectors);
  const written = await target.finish();
  if (hasVectorsOnly(format)) {
    output.note(
      `.${format} has vectors only, here in the order of the ids; Parquet and JSON lines have the rest`,
    );
  }
  if (output.json) await output.document({ collection: collectionName, file, records, bytes: written });
  else await output.lines([`exported ${counted(records, 'record')} to ${file} (${bytes(written)})`]);
}

/** These formats have their number of rows, or their table of contents, where only a file can be written. */
function requireFile(file: string | undefined, format: ExportFormat): string {
  if (file !== undefined && file !== STANDARD_OUTPUT) return file;
  throw new VecinoError('OPTION_INVALID', `${format} cannot be written to the standard output; name a file`, {
    details: { format },
  });
}

function fieldOfLines(field: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    'JSON lines have all vectors by name; leave out --field, or give --format parquet, npy or fvecs',
    { details: { option: 'field', received: field } },
  );
}

/** Records that are exported together: those of a namespace, or those outside of all. */
interface ExportedPart {
  /** Written into each line. */
  readonly namespace: string | undefined;
  readonly records: Records;
  readonly filter: Filter | undefined;
  readonly total: number;
  /** What vectors have names. */
  readonly fields: Fields;
}

type Fields = CollectionDescription['vectors'];

interface ExportedPage {
  readonly namespace: string | undefined;
  readonly records: readonly StoredRecord[];
  readonly fields: Fields;
}

async function partsOf(collection: Collection, flags: ExportFlags, fields: Fields): Promise<ExportedPart[]> {
  const { filter, namespace: only } = flags;
  const partOf = async (records: Records, namespace?: string) => {
    return { namespace, records, filter, total: await records.count(filter), fields };
  };
  if (only !== undefined) return [await partOf(collection.namespace(only))];
  const parts = [await partOf(collection)];
  for (const { name } of await collection.listNamespaces()) {
    parts.push(await partOf(collection.namespace(name), name));
  }
  return parts;
}

async function* exportedPages(
  parts: readonly ExportedPart[],
  output: Output,
  signal: AbortSignal,
): AsyncGenerator<ExportedPage> {
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const start = { done: 0, total, records: 0 };
  using progress = showProgress(output, { what: 'exporting', unit: 'records', start });
  let records = 0;
  for (const part of parts) {
    for await (const page of pagesOf(part)) {
      if (signal.aborted) {
        throw interrupted(`export interrupted after ${counted(records, 'record')}`, { records });
      }
      yield { namespace: part.namespace, records: page, fields: part.fields };
      records += page.length;
      progress.update({ done: records, total: Math.max(total, records), records });
    }
  }
}

/**
 * The records by id: an order that is the same for the same records, and in which a record that somebody
 * changes meanwhile neither appears twice nor is left out.
 */
async function* pagesOf({ records, filter, fields }: ExportedPart): AsyncGenerator<readonly StoredRecord[]> {
  const query: ListQuery = {
    orderBy: 'id',
    limit: PAGE_RECORDS,
    include: ['document', 'metadata', fields ? 'vectors' : 'vector', 'expiresAt'],
    ...(filter === undefined ? {} : { filter }),
  };
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await records.list(cursor === '' ? query : { ...query, cursor });
    yield page.records;
    cursor = page.cursor;
  }
}

function linesOf({ namespace, records, fields }: ExportedPage): string {
  const inside = namespace === undefined ? {} : { [NAMESPACE_FIELD]: namespace };
  return records
    .map(
      ({ id, document, metadata, vector, vectors, expiresAt }) =>
        `${jsonText({ ...inside, [EXPIRY_FIELD]: expiresAt, id, document, metadata, vector, vectors: wholly(vectors, fields) })}\n`,
    )
    .join('');
}

/** Says too which vectors a record lacks that an import would otherwise make of its texts. */
function wholly(vectors: StoredRecord['vectors'], fields: Fields = {}): object | undefined {
  if (!vectors) return undefined;
  const lacking = Object.entries(fields).filter(([name, { embedding }]) => embedding && !vectors[name]);
  return { ...vectors, ...Object.fromEntries(lacking.map(([name]) => [name, null])) };
}
