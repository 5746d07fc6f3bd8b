import type { Command } from 'commander';
import type { Collection, ListQuery } from '../../api/collection.ts';
import type { Filter } from '../../api/filter.ts';
import type { StoredRecord } from '../../api/record.ts';
import { filterFlag } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { Interrupt, interrupted } from '../interrupt.ts';
import { Output, type OutputFlags } from '../output.ts';
import { OutputFile } from '../output-file.ts';
import { showProgress } from '../progress.ts';
import { jsonText } from '../text/json-text.ts';
import { bytes, counted } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface ExportFlags extends OutputFlags {
  readonly filter?: Filter;
}

const STANDARD_OUTPUT = '-';
const PAGE_RECORDS = 500;

export function addExport(program: Command): void {
  const command = defineCommand(
    program,
    'export <folder> <collection> [file]',
    'Write all records as JSON lines, vectors included. What import reads from them is the same bit by bit.',
    [
      'vecino export ./library books books.jsonl',
      'vecino export ./library books | gzip > books.jsonl.gz',
      `vecino export ./library books - --filter '{"year":{"$lt":2000}}'`,
    ],
  );
  command.addOption(filterFlag());
  command.action(exportRecords);
}

async function exportRecords(
  folder: string,
  collectionName: string,
  file: string | undefined,
  flags: ExportFlags,
): Promise<void> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('interrupted: no file is left behind'));
  await using db = await openForReading(folder, output);
  const collection = await db.openCollection(collectionName);
  const pages = exportedPages(collection, flags.filter, output, interrupt.signal);
  if (file === undefined || file === STANDARD_OUTPUT) {
    for await (const page of pages) await output.write(linesOf(page));
    return;
  }
  await using target = await OutputFile.create(file);
  let records = 0;
  for await (const page of pages) {
    await target.write(linesOf(page));
    records += page.length;
  }
  const written = await target.finish();
  if (output.json) await output.document({ collection: collectionName, file, records, bytes: written });
  else await output.lines([`exported ${counted(records, 'record')} to ${file} (${bytes(written)})`]);
}

/**
 * The records by id: an order that is the same for the same records, and in which a record that somebody
 * changes meanwhile neither appears twice nor is left out.
 */
async function* exportedPages(
  collection: Collection,
  filter: Filter | undefined,
  output: Output,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredRecord[]> {
  const total = await collection.count(filter);
  const start = { done: 0, total, records: 0 };
  using progress = showProgress(output, { what: 'exporting', unit: 'records', start });
  const query: ListQuery = {
    orderBy: 'id',
    limit: PAGE_RECORDS,
    include: ['document', 'metadata', 'vector'],
    ...(filter === undefined ? {} : { filter }),
  };
  let records = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    if (signal.aborted)
      throw interrupted(`export interrupted after ${counted(records, 'record')}`, { records });
    const page = await collection.list(cursor === '' ? query : { ...query, cursor });
    yield page.records;
    records += page.records.length;
    progress.update({ done: records, total: Math.max(total, records), records });
    cursor = page.cursor;
  }
}

function linesOf(records: readonly StoredRecord[]): string {
  return records
    .map(({ id, document, metadata, vector }) => `${jsonText({ id, document, metadata, vector })}\n`)
    .join('');
}
