import { open } from 'vecino';
import { COLLECTION, reportedBytes } from './collections.ts';

export interface OpenedTask {
  readonly folder: string;
  /** Asked before memory is looked at, so that what searching needs is there. */
  readonly queries: readonly Float32Array[];
}

/** What an opened collection takes in memory, all of it after searching. */
export interface OpenedMemory {
  /** By the collection's own account. */
  readonly reportedBytes: number;
  readonly vectorBytes: number;
  readonly indexBytes: number;
  /** What opening and searching have added to the process, as the operating system sees it. */
  readonly residentBytes: number;
  readonly snapshotBytes: number;
  readonly storeBytes: number;
}

/** Opens a collection in this process, which is a fresh one, searches, and looks at the memory. */
export async function measureOpened({ folder, queries }: OpenedTask): Promise<OpenedMemory> {
  const before = process.memoryUsage.rss();
  await using db = await open(folder);
  const collection = await db.openCollection(COLLECTION);
  for (const vector of queries) await collection.search({ vector, include: [] });
  const residentBytes = process.memoryUsage.rss() - before;
  const stats = await collection.stats();
  const { vectorBytes, indexBytes } = stats.memory;
  const { snapshotBytes, storeBytes } = stats.disk;
  return {
    reportedBytes: reportedBytes(stats),
    vectorBytes,
    indexBytes,
    residentBytes,
    snapshotBytes,
    storeBytes,
  };
}
