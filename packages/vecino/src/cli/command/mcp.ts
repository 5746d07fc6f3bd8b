import type { Command } from 'commander';
import type { Collection, CollectionDescription, CollectionOptions } from '../../api/collection.ts';
import type { Database } from '../../api/database.ts';
import type { VectorFieldOptions } from '../../api/vector-field.ts';
import { Embedder, embeddingFlag } from '../embedder.ts';
import type { Identity } from '../embedding/source.ts';
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
  private readonly models = new Map<string, Promise<Embedder | undefined>>();

  constructor(db: Database, named: string | undefined, signal: AbortSignal) {
    this.db = db;
    this.named = named;
    this.signal = signal;
  }

  async openCollection(name: string): Promise<Collection> {
    const descriptions = await this.db.listCollections();
    const description = descriptions.find((one) => one.name === name);
    return this.db.openCollection(name, description && (await this.optionsFor(description)));
  }

  /** The model of the collection, or those of its named vectors. */
  private async optionsFor({ embedding, vectors }: CollectionDescription): Promise<CollectionOptions> {
    if (vectors === undefined) {
      const model = embedding && (await this.modelOf(embedding));
      return model ? { embedding: model } : {};
    }
    const options: Record<string, VectorFieldOptions> = {};
    for (const [field, { embedding: recorded }] of Object.entries(vectors)) {
      const model = recorded && (await this.modelOf(recorded));
      if (model) options[field] = { embedding: model };
    }
    return Object.keys(options).length === 0 ? {} : { vectors: options };
  }

  /** Where no model is known by its name, the search says that there is none. */
  private modelOf(recorded: Identity): Promise<Embedder | undefined> {
    const key = JSON.stringify([recorded.name, recorded.dimension]);
    const known = this.models.get(key);
    if (known !== undefined) return known;
    const model = this.find(recorded);
    this.models.set(key, model);
    // What failed, such as an endpoint that was away, is tried again.
    model.catch(() => this.models.delete(key));
    return model;
  }

  private async find(recorded: Identity): Promise<Embedder | undefined> {
    if (this.named !== undefined) {
      const named = await Embedder.named(this.named, { signal: this.signal, recorded });
      if (named.name === recorded.name && named.dimension === recorded.dimension) return named;
      await named.close();
    }
    return Embedder.recorded(recorded, this.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const finding of this.models.values()) {
      const model = await finding.catch(() => undefined);
      await model?.close();
    }
  }
}
