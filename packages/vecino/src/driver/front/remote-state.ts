import type { Warning } from '../../api/database.ts';
import type { Part } from '../../api/record.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import type { CollectionShape } from '../../engine/collection-shape.ts';
import { TextEmbedder } from '../../engine/text-embedder.ts';
import { parseFilter } from '../../filter/parse.ts';
import type { FullTextSettings, StoredCollection } from '../../storage/store.ts';
import type { Backend, RecordStore } from './backend.ts';
import type { Serving } from './describe-remote.ts';
import { RemoteField } from './remote-field.ts';

export interface RemoteStateSettings {
  readonly readOnly: boolean;
  /** The time by which records expire. */
  readonly clock: () => number;
  readonly warn: (warning: Warning) => void;
  readonly serving: Serving;
}

/** What the calls of an open collection share, seen from outside of its namespaces or from within one of them. */
export class RemoteState implements CollectionShape<RemoteField> {
  readonly backend: Backend;
  readonly stored: StoredCollection;
  readonly fields: readonly RemoteField[];
  readonly settings: RemoteStateSettings;
  readonly namespaceName: string | undefined;
  /** Made anew each time: nothing is kept for texts that come again. */
  readonly embedder: TextEmbedder;
  readonly filter = { parse: parseFilter };
  readonly expiry: { now(): number };
  private readonly requireDatabaseOpen: () => void;

  constructor(
    stored: StoredCollection,
    backend: Backend,
    settings: RemoteStateSettings,
    requireOpen: () => void,
    namespaceName?: string,
    fields?: readonly RemoteField[],
  ) {
    this.stored = stored;
    this.backend = backend;
    this.settings = settings;
    this.requireDatabaseOpen = requireOpen;
    this.namespaceName = namespaceName;
    this.expiry = { now: settings.clock };
    this.embedder = new TextEmbedder({
      store: NOTHING_KEPT,
      bytesMax: 0,
      warn: (code, what) =>
        settings.warn({ code, message: `${this.thing}: ${what}`, collection: stored.name }),
    });
    const thing = `collection "${stored.name}"`;
    this.fields = fields ?? (stored.fields ?? [stored]).map((one) => new RemoteField(thing, one));
  }

  within(namespaceName: string): RemoteState {
    const { stored, backend, settings, requireDatabaseOpen, fields } = this;
    return new RemoteState(stored, backend, settings, requireDatabaseOpen, namespaceName, fields);
  }

  get records(): RecordStore {
    return this.backend.records(this.stored, this.namespaceName);
  }

  get thing(): string {
    const inside = this.namespaceName === undefined ? '' : `, namespace ${quoted(this.namespaceName)}`;
    return `collection "${this.stored.name}"${inside}`;
  }

  get identity(): string {
    return this.stored.identity;
  }

  get hasNames(): boolean {
    return this.stored.fields !== undefined;
  }

  get vectorPart(): Part {
    return this.hasNames ? 'vectors' : 'vector';
  }

  get fullText(): FullTextSettings | undefined {
    return this.stored.fullText;
  }

  get first(): RemoteField {
    return present(this.fields[0], 'the first of the vectors');
  }

  requireOpen(): void {
    this.requireDatabaseOpen();
  }

  requireWritable(): void {
    this.requireOpen();
    if (!this.settings.readOnly) return;
    throw new VecinoError(
      'STORE_READ_ONLY',
      `${this.thing}: the database was opened for reading only; open it without \`readOnly\` to write`,
    );
  }
}

/** The embedder keeps nothing where it is told to keep no bytes. */
const NOTHING_KEPT = {
  keptEmbeddings: { find: () => undefined, size: () => ({ vectors: 0, bytes: 0 }) },
  writer: undefined,
};
