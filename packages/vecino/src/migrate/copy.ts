import type { ReadableEnd } from './end.ts';
import { PageSize } from './page-size.ts';
import { type LastRecord, Pipeline } from './pipeline.ts';
import type { Page, Position } from './record.ts';
import type { Work } from './verify.ts';

export interface Copying {
  readonly source: ReadableEnd;
  readonly write: (page: Page) => Promise<void>;
  readonly writers: number;
  /** Records of a write at most. */
  readonly batch: number;
  /** Behind it copying goes on. */
  readonly from: Position | undefined;
  /** What an earlier call has copied. */
  readonly before: number;
  /** Told that everything up to a position is durable: how many records that are in all, and the last of them. */
  readonly acknowledged: (position: Position, records: number, last: LastRecord | undefined) => void;
}

/** Copies the records behind a position. Answers how many that were. */
export async function copyRecords(copying: Copying, { pace, persistence }: Work): Promise<number> {
  const { source, before } = copying;
  let records = before;
  const pipeline = new Pipeline(copying.write, copying.writers, (position, more, last) => {
    records += more;
    copying.acknowledged(position, records, last);
    pace.reach(records);
  });
  pace.begin('copying', await source.count(), before);
  try {
    for await (const page of source.pages(copying.from, new PageSize(copying.batch))) {
      persistence.requireGoing();
      await pipeline.submit(page);
    }
  } finally {
    // What has begun ends, so that nothing is written behind the caller's back, and is noted.
    await pipeline.settle();
  }
  pipeline.requireSound();
  pace.end();
  return records - before;
}
