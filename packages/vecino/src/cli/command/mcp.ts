import type { Command } from 'commander';
import type { Collection } from '../../api/collection.ts';
import type { Database } from '../../api/database.ts';
import { Embedder, embeddingFlag } from '../embedder.ts';
import { integerFlag } from '../flags.ts';
import { openForReading, openForWriting } from '../folder.ts';
import { Interrupt } from '../interrupt.ts';
import { importOptional } from '../optional-package.ts';
import { Output, type OutputFlags } from '../output.ts';
import { defineCommand } from './command.ts';

interface McpFlags extends OutputFlags {
  readonly write?: boolean;
  readonly http?: number;
  readonly embedding?: string;
}

interface ServeOptions {
  readonly write: boolean;
  readonly openCollection: (name: string) => Promise<Collection>;
  readonly signal: AbortSignal;
}

/** What this command needs of `@vecino/mcp`, which is no dependency of ours. */
interface McpPackage {
  readonly serveStdio: (db: Database, options: ServeOptions) => Promise<void>;
  readonly serveHttp: (
    db: Database,
    options: ServeOptions & { readonly port: number; readonly onListening: (url: string) => void },
  ) => Promise<void>;
}

const PACKAGE = '@vecino/mcp';

export function addMcp(program: Command): void {
  const command = defineCommand(
    program,
    'mcp <folder>',
    'Serve the collections of a folder to assistants, by the Model Context Protocol over stdin and stdout: search, ' +
      'passages with citations, records. Reads only, unless it is told otherwise.',
    ['vecino mcp ./library', 'vecino mcp ./library --write', 'vecino mcp ./library --http 3333'],
  );
  command.option('--write', 'Offer tools that add and remove records too; no other process may write then.');
  command.addOption(
    integerFlag(
      'http',
      'Serve by streamable HTTP on this port, to this machine only; 0: a free one.',
      0,
      65_535,
    ),
  );
  command.addOption(embeddingFlag());
  command.action(serve);
}

async function serve(folder: string, { write = false, http, embedding, ...flags }: McpFlags): Promise<void> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('closing; Ctrl-C again ends at once'));
  const { signal } = interrupt;
  const { serveStdio, serveHttp } = (await importOptional(PACKAGE, 'mcp')) as unknown as McpPackage;
  await using db = write
    ? await openForWriting(folder, output, { create: false })
    : await openForReading(folder, output);
  await using models = new Models(db, embedding, signal);
  const options = { write, signal, openCollection: (name: string) => models.openCollection(name) };
  const what = `${folder}, ${write ? 'for reading and writing' : 'for reading only'}`;
  if (http === undefined) {
    output.note(`serving ${what}, over stdin and stdout`);
    await serveStdio(db, options);
  } else {
    const onListening = (url: string) => output.note(`serving ${what}, at ${url}`);
    await serveHttp(db, { ...options, port: http, onListening });
  }
}

/** Opens collections with the models that made their vectors, each of which is loaded once, by its first text. */
class Models implements AsyncDisposable {
  private readonly db: Database;
  private readonly named: string | undefined;
  private readonly signal: AbortSignal;
  private readonly loaded = new Map<string, Promise<Embedder | undefined>>();

  constructor(db: Database, named: string | undefined, signal: AbortSignal) {
    this.db = db;
    this.named = named;
    this.signal = signal;
  }

  async openCollection(name: string): Promise<Collection> {
    const descriptions = await this.db.listCollections();
    const recorded = descriptions.find((description) => description.name === name)?.embedding;
    const embedding = recorded ? await this.modelOf(recorded) : undefined;
    return this.db.openCollection(name, embedding && { embedding });
  }

  /** Where no model is known by its name, the search says that there is none. */
  private modelOf(recorded: { readonly name: string; readonly dimension: number }) {
    const { name, dimension } = recorded;
    const key = JSON.stringify([name, dimension]);
    const known = this.loaded.get(key);
    if (known !== undefined) return known;
    const loading =
      this.named === undefined
        ? Promise.resolve(Embedder.recorded(recorded, this.signal))
        : Embedder.named(this.named, { signal: this.signal, recorded });
    this.loaded.set(key, loading);
    // What failed, such as a key that was missing, is tried again.
    loading.catch(() => this.loaded.delete(key));
    return loading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const loading of this.loaded.values()) {
      const model = await loading.catch(() => undefined);
      await model?.close();
    }
  }
}
