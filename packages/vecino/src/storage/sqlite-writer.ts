import type { JsonObject } from '../api/metadata.ts';
import { assert, present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import { requireWellFormed } from './batch-slices.ts';
import type { Connection } from './connection.ts';
import { FullTextBuild } from './full-text-build.ts';
import { type FullTextTable, FullTextTables } from './full-text-table.ts';
import { keepEmbeddings, type NewEmbeddings } from './kept-embeddings.ts';
import { fieldDimensions, insertNamedVectors, replaceIndexOptions } from './named-vectors.ts';
import { insertCollection } from './new-collection.ts';
import { recordKey } from './record-key.ts';
import {
  type FullTextSettings,
  type NewCollection,
  type StoredCollection,
  UNNAMED,
  type WriteBatch,
  type Written,
} from './store.ts';
import { bytesOfRow } from './vector-bytes.ts';
import { FIRST_SET, type VectorSetChange } from './vector-set-changes.ts';
import { changeVectorSets, forgetUnfinished, insertVector } from './vector-sets.ts';

/** What a batch begins with, before its slices. */
export type BatchHead = Pick<WriteBatch, 'collection' | 'namespace' | 'dropsNamespace'>;

/** A transaction under way. */
interface OpenBatch extends BatchHead {
  readonly dimension: number;
  /** The set that vectors without a name belong to. */
  readonly vectorSet: number;
  /** Of each named field, by the set of its vectors; none where the vector has no name. */
  readonly fieldDimensions: ReadonlyMap<number, number>;
  readonly fullText: FullTextTable | undefined;
  /** Known as soon as the batch puts anything. */
  namespaceNumber: number | undefined;
  lastSeq: number;
}

/** How many of the records that were removed last a collection's change feed tells, where nobody says. */
const REMOVALS_KEPT = 100_000;

/**
 * All writes of a store, synchronously: in place for a store in memory, on a thread of its own for a folder.
 * Each public operation is one transaction, undone wholly where anything fails. A batch may arrive in slices:
 * any number of `append`, then `commit`.
 */
export class SqliteWriter {
  private readonly connection: Connection;
  private readonly removalsKept: number;
  private open: OpenBatch | undefined;
  /** Records removed since their ids were last looked through for those to forget, by collection. */
  private readonly removedSince = new Map<number, number>();
  private building: FullTextBuild | undefined;
  private readonly fullTexts: FullTextTables;

  constructor(connection: Connection, removalsKept: number = REMOVALS_KEPT) {
    this.connection = connection;
    this.fullTexts = new FullTextTables(connection);
    this.removalsKept = removalsKept;
  }

  /** Whether a transaction is open: begun, and neither committed nor undone. */
  get inBatch(): boolean {
    return this.open !== undefined || this.building !== undefined;
  }

  createCollection(collection: NewCollection): StoredCollection {
    const { name, fullText } = collection;
    return this.transaction(() => {
      const seq = this.takeSeqs(1);
      if (this.connection.get('SELECT id FROM collections WHERE name = ?', name) !== undefined) {
        throw new VecinoError(
          'COLLECTION_EXISTS',
          `collection "${name}" exists already; open it, or drop it first`,
          { details: { collection: name } },
        );
      }
      const { id, identity, fields } = insertCollection(this.connection, collection, seq);
      if (fullText !== undefined) this.fullTexts.create(id);
      return { ...collection, id, identity, seq, fields, vectorSet: FIRST_SET };
    });
  }

  dropCollection(collection: number): void {
    this.transaction(() => {
      this.fullTexts.drop(collection);
      const found = this.connection.run('DELETE FROM collections WHERE id = ?', collection);
      if (found === 0) throw dropped();
    });
  }

  /** Opens the transaction in which texts are indexed, and answers of how many records. */
  beginFullText(collection: number, settings: FullTextSettings): number {
    this.rollback();
    this.connection.exec('BEGIN IMMEDIATE');
    return this.undoingFailures(() => {
      const sql = 'UPDATE collections SET full_text = ? WHERE id = ?';
      if (this.connection.run(sql, JSON.stringify(settings), collection) === 0) throw dropped();
      this.building = new FullTextBuild(this.connection, collection, settings);
      return this.building.total;
    });
  }

  /** Indexes for a while; what is whole is committed. */
  fillFullText(): { readonly records: number; readonly isWhole: boolean } {
    return this.undoingFailures(() => {
      const step = present(this.building, 'the indexing of texts').step();
      if (!step.isWhole) return step;
      this.connection.exec('COMMIT');
      this.building = undefined;
      return step;
    });
  }

  optimizeFullText(collection: number): void {
    this.transaction(() => this.fullTexts.optimize(collection));
  }

  setIndexOptions(collection: number, field: number, index: JsonObject): void {
    this.transaction(() => {
      if (!replaceIndexOptions(this.connection, collection, field, index)) throw dropped();
    });
  }

  keepEmbeddings(embeddings: NewEmbeddings): void {
    this.transaction(() => keepEmbeddings(this.connection, embeddings));
  }

  changeVectorSets(change: VectorSetChange): number {
    return this.transaction(() => changeVectorSets(this.connection, change));
  }

  /** Gives the pages that removals have left free back to the file system, when the log is emptied next. */
  reclaim(): void {
    this.connection.exec('PRAGMA incremental_vacuum');
  }

  forgetRemovals(collection: number, seq: number): void {
    this.transaction(() => {
      assert(seq <= this.lastSeq(), 'only removals that have happened are forgotten');
      const found = this.connection.run(
        'UPDATE collections SET removals_forgotten = max(removals_forgotten, ?) WHERE id = ?',
        seq,
        collection,
      );
      if (found === 0) throw dropped();
      this.connection.run('DELETE FROM removals WHERE collection = ? AND seq <= ?', collection, seq);
    });
  }

  write(batch: WriteBatch): Written {
    this.begin(batch);
    this.append(batch);
    return this.commit();
  }

  /** Opens the transaction of a batch; one that was left open is undone. */
  begin({ collection, namespace, dropsNamespace }: BatchHead): void {
    this.rollback();
    this.connection.exec('BEGIN IMMEDIATE');
    this.undoingFailures(() => {
      const row = this.connection.get<{ dimension: number; vectorSet: number; fullText: string | null }>(
        'SELECT dimension, vector_set AS vectorSet, full_text AS fullText FROM collections WHERE id = ?',
        collection,
      );
      if (row === undefined) throw dropped();
      const { dimension, vectorSet, fullText } = row;
      this.open = {
        collection,
        namespace,
        ...(dropsNamespace && { dropsNamespace }),
        dimension,
        vectorSet,
        fieldDimensions: fieldDimensions(this.connection, collection),
        fullText: this.fullTexts.get(collection, fullText),
        namespaceNumber: namespace === undefined ? UNNAMED : undefined,
        lastSeq: this.lastSeq(),
      };
    });
  }

  /** Applies a slice of the open batch: removals, puts, patches. */
  append(slice: WriteBatch): void {
    const open = present(this.open, 'the open batch');
    this.undoingFailures(() => {
      requireWellFormed(slice, open.dimension, open.fieldDimensions);
      this.applyRemovals(open, slice.removals);
      this.applyMoves(open, slice.moved);
      this.applyPuts(open, slice.puts);
      this.applyPatches(open, slice.patches);
    });
  }

  /** Makes the open batch durable. */
  commit(): Written {
    const { collection, namespace, dropsNamespace, namespaceNumber, lastSeq } = present(
      this.open,
      'the open batch',
    );
    this.undoingFailures(() => {
      this.forgetRemovedRecords(collection);
      if (dropsNamespace) {
        const sql = 'DELETE FROM namespaces WHERE collection = ? AND name = ?';
        this.connection.run(sql, collection, present(namespace, 'the namespace to drop'));
      }
      this.connection.run('UPDATE sequence SET last = ? WHERE id = 1', lastSeq);
      this.connection.run('UPDATE collections SET seq = ? WHERE id = ?', lastSeq, collection);
      this.connection.exec('COMMIT');
    });
    this.open = undefined;
    return { lastSeq, namespace: namespaceNumber ?? UNNAMED };
  }

  /** Undoes the open batch, if there is one. */
  rollback(): void {
    if (!this.inBatch) return;
    this.endBatch();
    this.connection.rollback();
  }

  close(): void {
    this.rollback();
    this.connection.close();
  }

  private applyRemovals(open: OpenBatch, slots: Uint32Array): void {
    const { collection } = open;
    for (const slot of slots) {
      this.connection.run(
        'INSERT INTO removed_records (collection, namespace, seq, id) SELECT collection, namespace, ?, id FROM records WHERE key = ?',
        open.lastSeq + 1,
        recordKey(collection, slot),
      );
      this.applyRemoval(open, slot);
    }
    this.removedSince.set(collection, (this.removedSince.get(collection) ?? 0) + slots.length);
  }

  private applyMoves(open: OpenBatch, slots: Uint32Array = new Uint32Array()): void {
    for (const slot of slots) this.applyRemoval(open, slot);
  }

  private applyRemoval(open: OpenBatch, slot: number): void {
    const { collection } = open;
    open.fullText?.remove(slot);
    const found = this.connection.run('DELETE FROM records WHERE key = ?', recordKey(collection, slot));
    if (found === 0) throw freeSlot('removed');
    this.connection.run(
      'INSERT INTO removals (collection, seq, slot) VALUES (?, ?, ?)',
      collection,
      ++open.lastSeq,
      slot,
    );
  }

  private applyPuts(open: OpenBatch, puts: WriteBatch['puts']): void {
    const { collection, dimension } = open;
    const { slots, ids, vectors, named, documents, metadata, expiries } = puts;
    if (slots.length === 0) return;
    const hasNames = open.fieldDimensions.size > 0;
    open.namespaceNumber ??= this.namespaceNumber(open);
    for (let i = 0; i < slots.length; i++) {
      const slot = present(slots[i], 'the slot');
      const key = recordKey(collection, slot);
      const text = present(metadata[i], 'the metadata');
      this.connection.run(
        'INSERT INTO records (key, collection, seq, id, metadata, document, namespace) VALUES (?, ?, ?, ?, ?, ?, ?)',
        key,
        collection,
        ++open.lastSeq,
        present(ids[i], 'the id'),
        text,
        documents[i] ?? null,
        open.namespaceNumber,
      );
      open.fullText?.add(slot, documents[i] ?? null, text);
      if (!hasNames) {
        insertVector(this.connection, open.vectorSet, key, bytesOfRow(vectors, i, dimension));
      }
      this.putExpiry(open, key, expiries?.[i]);
    }
    if (!named) return;
    const keys = Array.from(slots, (slot) => recordKey(collection, slot));
    for (const field of named) insertNamedVectors(this.connection, keys, field);
  }

  private applyPatches(
    open: OpenBatch,
    { slots, documents, metadata, expiries }: WriteBatch['patches'],
  ): void {
    for (let i = 0; i < slots.length; i++) {
      const slot = present(slots[i], 'the slot');
      const key = recordKey(open.collection, slot);
      const text = present(metadata[i], 'the metadata');
      open.fullText?.remove(slot);
      const found = this.connection.run(
        'UPDATE records SET seq = ?, document = ?, metadata = ? WHERE key = ?',
        ++open.lastSeq,
        documents[i] ?? null,
        text,
        key,
      );
      if (found === 0) throw freeSlot('patched');
      forgetUnfinished(this.connection, open.collection, key);
      open.fullText?.add(slot, documents[i] ?? null, text);
      this.connection.run('DELETE FROM expiries WHERE key = ?', key);
      this.putExpiry(open, key, expiries?.[i]);
    }
  }

  /** The number of the batch's namespace, which is made where it is missing. */
  private namespaceNumber({ collection, namespace }: OpenBatch): number {
    const name = present(namespace, 'the namespace');
    const insert = 'INSERT INTO namespaces (collection, name) VALUES (?, ?) ON CONFLICT DO NOTHING';
    this.connection.run(insert, collection, name);
    const sql = 'SELECT number FROM namespaces WHERE collection = ? AND name = ?';
    return present(this.connection.get<{ number: number }>(sql, collection, name), 'the namespace').number;
  }

  private putExpiry({ collection }: OpenBatch, key: number, at: number | null | undefined): void {
    if (at === undefined || at === null) return;
    this.connection.run('INSERT INTO expiries (key, collection, at) VALUES (?, ?, ?)', key, collection, at);
  }

  /**
   * Forgets the ids of all but the records that were removed last. Finding where these begin takes as many steps
   * as there are, so it is done for every tenth part of them only, and a few more than promised are there.
   */
  private forgetRemovedRecords(collection: number): void {
    if ((this.removedSince.get(collection) ?? 0) <= this.removalsKept / 10) return;
    this.removedSince.set(collection, 0);
    const last = this.connection.get<{ seq: number }>(
      'SELECT seq FROM removed_records WHERE collection = ? ORDER BY seq DESC LIMIT 1 OFFSET ?',
      collection,
      this.removalsKept,
    );
    if (last === undefined) return;
    const { seq } = last;
    this.connection.run('DELETE FROM removed_records WHERE collection = ? AND seq <= ?', collection, seq);
    this.connection.run('UPDATE collections SET removed_forgotten = ? WHERE id = ?', seq, collection);
  }

  private transaction<T>(work: () => T): T {
    this.rollback();
    return this.connection.transaction('BEGIN IMMEDIATE', work);
  }

  private undoingFailures<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.endBatch();
      this.connection.rollback();
      throw error;
    }
  }

  private endBatch(): void {
    this.open = undefined;
    this.building = undefined;
  }

  private lastSeq(): number {
    const row = this.connection.get<{ last: number }>('SELECT last FROM sequence WHERE id = 1');
    return present(row, 'the sequence').last;
  }

  /** Takes the next numbers of the sequence and answers the last of them. */
  private takeSeqs(count: number): number {
    const last = this.lastSeq() + count;
    this.connection.run('UPDATE sequence SET last = ? WHERE id = 1', last);
    return last;
  }
}

function dropped(): VecinoError {
  return new VecinoError(
    'COLLECTION_DROPPED',
    'the collection has been dropped; create it again, or stop using this handle',
  );
}

function freeSlot(change: 'removed' | 'patched'): VecinoError {
  return new VecinoError('INTERNAL', `a slot to be ${change} holds no record; please report this as a bug`);
}
