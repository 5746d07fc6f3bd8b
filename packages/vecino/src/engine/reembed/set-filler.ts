import type { JsonObject } from '../../api/metadata.ts';
import { present } from '../../base/assert.ts';
import { quoted } from '../../base/options.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { StoredRow } from '../../storage/store.ts';
import { DOCUMENT } from '../../text/record-texts.ts';
import { readVector } from '../../vector/read-vector.ts';
import type { CollectionState } from '../collection-state.ts';
import { textFor } from '../embed-records.ts';
import { textMissing } from './missing-texts.ts';
import type { ReadTarget } from './read-target.ts';

/**
 * Records whose texts are embedded together and whose vectors are written in one transaction: a batch or a few of any
 * model, and what an interruption costs at most.
 */
const WINDOW = 256;

export interface SetFillerSettings {
  readonly state: CollectionState;
  readonly thing: string;
  readonly target: ReadTarget;
  /** The set in the store. */
  readonly set: number;
  readonly floats: 'f32' | 'f16';
  readonly signal: AbortSignal | undefined;
  /** Told how many records have been looked through and embedded; may throw to end it. */
  readonly step: (embedded: number) => void;
  /** Told the slots whose vectors have just been stored. */
  readonly stored: (slots: Uint32Array) => void;
}

/**
 * Makes the vectors of another model, record by record in the order of their changes. Whoever changes meanwhile takes a
 * later number and loses the vector that was made, so that going on from the last number that was seen follows all
 * writes, and what is there already, from before an interruption, is passed by.
 */
export class SetFiller {
  private readonly settings: SetFillerSettings;
  /** The last change that was looked at. */
  private after = 0;

  constructor(settings: SetFillerSettings) {
    this.settings = settings;
  }

  /** Embeds until nothing is lacking, and answers how many vectors were made. */
  async run(): Promise<number> {
    const { state, target, set, step } = this.settings;
    const slice = new TimeSlice();
    let made = 0;
    for (;;) {
      const { rows, last } = state.store.reader.lackingVectors(state.id, {
        from: target.field.vectorSet,
        to: set,
        after: this.after,
        limit: WINDOW,
        parts: [target.source.text === DOCUMENT ? 'document' : 'metadata'],
      });
      step(0);
      if (last === undefined) return made;
      if (rows.length > 0) await this.embed(rows);
      made += rows.length;
      this.after = last;
      step(rows.length);
      await slice.pause();
    }
  }

  private async embed(rows: readonly StoredRow[]): Promise<void> {
    const { state, thing, target, set, floats, signal, stored } = this.settings;
    const { embedding, metric, source } = target;
    const texts = rows.map((row) => textOf(thing, source, row));
    const missing = rows.filter((_, i) => texts[i] === undefined);
    // Written since it was looked whether there are any.
    if (missing.length > 0) {
      const ids = missing.map(({ id }) => id);
      throw textMissing(thing, source, ids, missing.length);
    }
    const given = texts.map((text) => present(text, 'a text'));
    const made = await state.embedder.embed(thing, embedding, given, 'document', signal);
    const vectors = new Float32Array(rows.length * embedding.dimension);
    for (const [i, { id }] of rows.entries()) {
      const what = source.within(`${thing}: record ${quoted(id)}, embedded by "${embedding.name}"`);
      vectors.set(readVector(what, made[i], embedding.dimension, metric, floats), i * embedding.dimension);
    }
    const slots = Uint32Array.from(rows, ({ slot }) => slot);
    const seqs = Float64Array.from(rows, ({ seq }) => seq);
    await state.writer.changeVectorSets({ kind: 'put', collection: state.id, set, slots, seqs, vectors });
    stored(slots);
  }
}

/** The text of a record that is to be embedded; undefined where it has none. */
export function textOf(thing: string, source: ReadTarget['source'], row: StoredRow): string | undefined {
  const metadata = JSON.parse(row.metadata ?? '{}') as JsonObject;
  return textFor(`${thing}: record ${quoted(row.id)}`, source, row.document, metadata);
}
