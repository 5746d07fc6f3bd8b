import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EmbeddingFunction } from 'vecino';
import { type Progress, throttled } from '../progress.ts';

/** Texts a call of the model; the vectors of one call are on disk before the next begins. */
const BATCH = 256;

/**
 * The vectors of an ordered list of texts, row after row, kept in a file that only grows.
 *
 * Embedding is by far the slowest step of preparing text data (some tens of texts a second), so an
 * interrupted run goes on where it stopped: the file's length says how many texts are done. Row i means
 * text i, so the path must be one for this model and this list; a longer list may extend a shorter one.
 */
export async function embedWithCache(
  path: string,
  embedding: EmbeddingFunction,
  texts: readonly string[],
  progress: Progress,
): Promise<Float32Array> {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  try {
    const rowBytes = embedding.dimension * Float32Array.BYTES_PER_ELEMENT;
    const done = Math.floor(fstatSync(file).size / rowBytes);
    // A run that was killed while it wrote may have left part of a row.
    ftruncateSync(file, done * rowBytes);
    if (done < texts.length) await appendFrom(file, done, embedding, texts, progress);

    const vectors = new Float32Array(texts.length * embedding.dimension);
    readWhole(file, new Uint8Array(vectors.buffer));
    return vectors;
  } finally {
    closeSync(file);
  }
}

async function appendFrom(
  file: number,
  done: number,
  embedding: EmbeddingFunction,
  texts: readonly string[],
  progress: Progress,
): Promise<void> {
  const say = throttled(progress, 5_000);
  const start = performance.now();
  for (let from = done; from < texts.length; from += BATCH) {
    const batch = texts.slice(from, from + BATCH);
    for (const vector of await embedding.embed(batch)) writeSync(file, Float32Array.from(vector));
    const made = from + batch.length - done;
    const rate = made / ((performance.now() - start) / 1000);
    const minutesLeft = (texts.length - done - made) / rate / 60;
    say(
      `embedded ${done + made} of ${texts.length} texts, ${rate.toFixed(0)}/s, ${minutesLeft.toFixed(1)} min left`,
    );
  }
}

function readWhole(file: number, target: Uint8Array): void {
  let read = 0;
  while (read < target.length) {
    const count = readSync(file, target, read, target.length - read, read);
    if (count === 0) throw new Error(`the embedding cache ended after ${read} of ${target.length} bytes`);
    read += count;
  }
}
