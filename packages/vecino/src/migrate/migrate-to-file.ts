import { copyRecords } from './copy.ts';
import { keepsNames, type WrittenFormat } from './file-format.ts';
import { FileSource } from './file-source.ts';
import { FileTarget } from './file-target.ts';
import { type Done, type Job, rateOf } from './job.ts';
import type { JournalEntry } from './journal.ts';
import { NAMELESS } from './record.ts';
import { verifyEnds } from './verify.ts';

/**
 * Copies a source into a file. A collection is read by id, so that a record which somebody changes meanwhile is in the file
 * once; what has changed after it was read the comparison tells.
 */
export async function migrateToFile(job: Job, file: string, format: WrittenFormat): Promise<Done> {
  const { prepared, work } = job;
  const { source, settings, journal, entry } = prepared;
  const hasNames = keepsNames(format) && !settings.fields.has(NAMELESS);
  let noted: JournalEntry = entry ?? { source: source.identity, stage: 'copying', records: 0 };
  const began = performance.now();
  await using target = await FileTarget.open(file, format, hasNames, noted.bytes ?? 0);
  journal?.note(noted);
  await journal?.flush();
  const copying = {
    source,
    ...{ writers: 1, batch: job.batch, from: noted.position, before: noted.records },
    write: ({ namespace, records }: Parameters<Parameters<typeof copyRecords>[0]['write']>[0]) =>
      target.write(namespace, records),
    acknowledged: (position: JournalEntry['position'] & object, records: number) => {
      noted = { ...noted, position, records, bytes: target.durableBytes };
      journal?.note(noted);
    },
  };
  let written = 0;
  try {
    written = await copyRecords(copying, work);
  } finally {
    await journal?.flush();
  }
  await target.finish(settings.fields.get(NAMELESS)?.dimension ?? 0);
  const rate = rateOf(written, began);
  await journal?.forget();
  if (job.skipVerification) return { written, removed: 0, ...rate };
  await using result = await FileSource.open(file, format);
  const searchable = { source: job.opened.collection, target: undefined };
  const verification = await verifyEnds({ source, target: result, searchable }, job.verifying, work);
  return { written, removed: 0, ...rate, verification };
}
