import type { Collection, CollectionDescription, Database, Namespace } from 'vecino';
import { VecinoError } from 'vecino/errors';

/** A collection, or a namespace of one: where a call looks. */
export type Records = Collection | Namespace;

export interface RecordsTarget {
  readonly collection: string;
  readonly namespace?: string;
}

export interface LibraryOptions {
  /** Opens a collection with its embedding. Default `openCollection` of the database, which finds by words alone. */
  readonly openCollection?: (name: string) => Promise<Collection>;
}

/** An open folder as tools see it. Collections are opened when they are first asked for, by the database. */
export class Library {
  private readonly database: Database;
  private readonly openCollection: (name: string) => Promise<Collection>;

  /** @throws OPTION_INVALID where the function is none */
  constructor(database: Database, { openCollection }: LibraryOptions) {
    if (openCollection !== undefined && typeof openCollection !== 'function') throw noFunction();
    this.database = database;
    this.openCollection = openCollection ?? ((name) => database.openCollection(name));
  }

  describe(): Promise<CollectionDescription[]> {
    return this.database.listCollections();
  }

  /** `COLLECTION_NOT_FOUND` where it is missing; a namespace that is missing is empty. */
  async records({ collection, namespace }: RecordsTarget): Promise<Records> {
    const opened = await this.openCollection(collection);
    return namespace === undefined ? opened : opened.namespace(namespace);
  }
}

function noFunction(): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    'createMcpServer: option "openCollection" is no function, expected one from a name to an open collection',
    { details: { option: 'openCollection' } },
  );
}
