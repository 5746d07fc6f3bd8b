import type { VecinoError } from '../../base/errors.ts';
import type { Records } from '../namespace.ts';
import type { PictureFile } from './picture-files.ts';

/** A picture that was not stored, and why. */
export interface PictureFault {
  readonly source: string;
  readonly error: VecinoError;
}

export interface PictureOutcome {
  readonly stored: number;
  readonly faults: readonly PictureFault[];
}

interface StoreOptions {
  readonly batchMax: number;
  readonly signal: AbortSignal;
  readonly onProgress: (files: number, stored: number) => void;
}

/**
 * Stores pictures by their paths, in batches. One that is none is left out and the batch tried again: what was made
 * of the others is kept in the store, so that they are not embedded again.
 */
export async function storePictures(
  records: Pick<Records, 'upsert'>,
  files: readonly PictureFile[],
  { batchMax, signal, onProgress }: StoreOptions,
): Promise<PictureOutcome> {
  const faults: PictureFault[] = [];
  let stored = 0;
  for (let start = 0; start < files.length; start += batchMax) {
    signal.throwIfAborted();
    let batch = files.slice(start, start + batchMax);
    while (batch.length > 0) {
      const fault = await storeBatch(records, batch);
      if (fault === undefined) break;
      faults.push(fault);
      batch = batch.filter(({ path }) => path !== fault.source);
    }
    stored += batch.length;
    onProgress(Math.min(files.length, start + batchMax), stored);
  }
  return { stored, faults };
}

/** Stores the pictures, or answers one that stood in the way. */
async function storeBatch(
  records: Pick<Records, 'upsert'>,
  batch: readonly PictureFile[],
): Promise<PictureFault | undefined> {
  try {
    await records.upsert(batch.map(({ path, root }) => ({ id: path, image: path, metadata: { root } })));
    return undefined;
  } catch (error) {
    const invalid = invalidImageOf(error);
    const source = invalid?.details['image'];
    if (!invalid || typeof source !== 'string' || !batch.some(({ path }) => path === source)) throw error;
    return { source, error: invalid };
  }
}

/** What a model says of a picture. Where it brings another copy of us, its errors are of that, and a cause of ours. */
function invalidImageOf(error: unknown): VecinoError | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ((one as Partial<VecinoError>).code === 'IMAGE_INVALID') return one as VecinoError;
  }
  return undefined;
}
