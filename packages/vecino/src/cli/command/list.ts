import { type Command, Option } from 'commander';
import type { CollectionDescription, ListQuery, NamespaceDescription } from '../../api/collection.ts';
import { LIMITS } from '../../api/limits.ts';
import { filterFlag, includeFlag, integerFlag } from '../flags.ts';
import { openForReading } from '../folder.ts';
import { type NamespaceFlags, namespaceFlag, recordsOf } from '../namespace.ts';
import { Output, type OutputFlags } from '../output.ts';
import { entryLines } from '../text/entry-lines.ts';
import { type Column, tableLines } from '../text/table.ts';
import { count } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface ListFlags extends OutputFlags, NamespaceFlags, ListQuery {
  readonly namespaces?: boolean;
}

export function addList(program: Command): void {
  const command = defineCommand(
    program,
    'list <folder> [collection]',
    'List the collections of a folder, or the records or namespaces of a collection.',
    [
      'vecino list ./library',
      `vecino list ./library books --filter '{"year":1997}' --limit 20`,
      'vecino list ./library books --order-by year --order desc --json',
      'vecino list ./library books --namespaces',
    ],
  );
  command.addOption(filterFlag());
  command.option('--order-by <path>', 'id, seq (order of change) or a metadata path. Default seq.');
  command.addOption(new Option('--order <direction>', 'Default asc.').choices(['asc', 'desc']));
  command.addOption(integerFlag('limit', 'Records of the page.', 1, LIMITS.pageMax, 100));
  command.option('--cursor <cursor>', 'Go on after the page that gave this cursor.');
  command.addOption(includeFlag());
  command.addOption(namespaceFlag());
  command.option('--namespaces', 'The namespaces of the collection, in the place of its records.');
  command.action(list);
}

async function list(folder: string, collectionName: string | undefined, flags: ListFlags): Promise<void> {
  const output = new Output(flags);
  await using db = await openForReading(folder, output);
  if (collectionName === undefined) {
    const collections = await db.listCollections();
    if (output.json) await output.document({ collections });
    else await output.lines(tableLines(COLLECTION_COLUMNS, collections, (text) => output.bold(text)));
    return;
  }
  const collection = await db.openCollection(collectionName);
  if (flags.namespaces === true) {
    const namespaces = await collection.listNamespaces();
    if (output.json) await output.document({ namespaces });
    else await output.lines(tableLines(NAMESPACE_COLUMNS, namespaces, (text) => output.bold(text)));
    return;
  }
  const page = await recordsOf(collection, flags.namespace).list(listQuery(flags));
  if (output.json) {
    await output.document(page);
    return;
  }
  const leads = page.records.map(() => '');
  await output.lines(
    entryLines(page.records, leads, { width: output.width, dim: (text) => output.dim(text) }),
  );
  if (page.cursor !== undefined) output.note(`more: --cursor ${page.cursor}`);
}

function listQuery({ filter, orderBy, order, limit, cursor, include }: ListFlags): ListQuery {
  const given = Object.entries({ filter, orderBy, order, limit, cursor, include });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

const COLLECTION_COLUMNS: readonly Column<CollectionDescription>[] = [
  { title: 'collection', cell: ({ name }) => name },
  { title: 'records', align: 'right', cell: ({ records }) => count(records) },
  { title: 'dimension', align: 'right', cell: ({ dimension }) => String(dimension) },
  { title: 'metric', cell: ({ metric }) => metric },
  { title: 'index', cell: indexText },
  { title: 'embedding', cell: ({ embedding }) => embedding?.name ?? '-' },
];

const NAMESPACE_COLUMNS: readonly Column<NamespaceDescription>[] = [
  { title: 'namespace', cell: ({ name }) => name },
  { title: 'records', align: 'right', cell: ({ records }) => count(records) },
];

/** Where the choice is the collection's own, what it has chosen too. */
function indexText({ index, serving }: CollectionDescription): string {
  return index.family === 'auto' ? `auto: ${serving.options.family}` : index.family;
}
