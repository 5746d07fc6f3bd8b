import { present } from '../../base/assert.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { ChangeClock } from '../front/change-clock.ts';
import type { ChromaCollection, NewRecords } from './client.ts';
import { type ChromaRow, metadataOf } from './record-parts.ts';
import type { Requests } from './requests.ts';
import type { Rest } from './rest.ts';

/** What one request writes at most. A server takes some thousand records and 40 MB. */
const RECORDS_AT_ONCE = 1_000;
const NUMBERS_AT_ONCE = 512 * 1_024;
const TEXT_AT_ONCE = 4 * 1_024 * 1_024;

/** Writes records into a collection of Chroma. Each request is written whole or not at all; a batch may be several. */
export class RecordWriter {
  private readonly requests: Requests;
  private readonly rest: Rest;
  private readonly chroma: ChromaCollection;
  private readonly clock: ChangeClock;

  constructor(requests: Requests, rest: Rest, chroma: ChromaCollection, clock: ChangeClock) {
    this.requests = requests;
    this.rest = rest;
    this.chroma = chroma;
    this.clock = clock;
  }

  /** Puts records in the place of those that are there. */
  async put(batch: RecordBatch, old: ReadonlyMap<string, ChromaRow>): Promise<void> {
    const seqs = this.clock.next(batch.ids.length);
    for (const [from, to] of pieces(batch)) {
      const ids = batch.ids.slice(from, to);
      const records = {
        ids,
        embeddings: batch.vectors
          .slice(from, to)
          .map(([vector]) => Array.from(present(vector, 'the vector of a record'))),
        // Chroma takes no document away, so that there is always one; `metadataOf` says whether it counts.
        documents: batch.documents.slice(from, to).map((document) => document ?? ''),
        metadatas: ids.map((id, i) =>
          metadataOf(batch, from + i, present(seqs[from + i], 'a number'), old.get(id)?.metadata),
        ),
      };
      await this.write(records);
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += RECORDS_AT_ONCE) {
      const some = ids.slice(from, from + RECORDS_AT_ONCE);
      await this.requests.run(() => this.chroma.delete({ ids: some }));
    }
  }

  private async write(records: NewRecords): Promise<void> {
    const takesAway = records.metadatas.some((metadata) => Object.values(metadata).includes(null));
    if (takesAway) await this.rest.upsert(this.chroma.id, records);
    else await this.requests.run(() => this.chroma.upsert(records));
  }
}

/** Where a batch is cut: from, to. */
function* pieces({ ids, vectors, documents, metadata }: RecordBatch): Generator<readonly [number, number]> {
  let [from, numbers, text] = [0, 0, 0];
  for (const [i, id] of ids.entries()) {
    const ownNumbers = vectors[i]?.[0]?.length ?? 0;
    const ownText = id.length + (documents[i]?.length ?? 0) + 2 * (metadata[i]?.length ?? 0);
    const isFull =
      i - from >= RECORDS_AT_ONCE || numbers + ownNumbers > NUMBERS_AT_ONCE || text + ownText > TEXT_AT_ONCE;
    if (isFull && i > from) {
      yield [from, i];
      [from, numbers, text] = [i, 0, 0];
    }
    numbers += ownNumbers;
    text += ownText;
  }
  yield [from, ids.length];
}
