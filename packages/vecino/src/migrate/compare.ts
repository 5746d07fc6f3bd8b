import type { MigrationDifference } from '../api/migration.ts';
import type { ReadableEnd } from './end.ts';
import { type ContentPart, differingParts, type Precision } from './fingerprint.ts';
import type { Pace } from './pace.ts';
import { PageSize } from './page-size.ts';
import type { MigratedRecord, Page } from './record.ts';

/** Records looked up at once; fewer where they are large. */
const RECORDS_AT_ONCE = 1_000;

/** How two ends are compared record by record. */
export interface Comparison {
  readonly parts: ReadonlySet<ContentPart>;
  readonly precision: Precision;
  /** Differences that are kept; all are counted. */
  readonly max: number;
  /** Whether what the target alone has counts. */
  readonly countsExtras: boolean;
  /** Given the records that the target lacks, or has otherwise. */
  readonly onLacking?: (namespace: string | undefined, records: readonly MigratedRecord[]) => Promise<void>;
}

export interface Differences {
  readonly differing: { readonly missing: number; readonly different: number; readonly extra: number };
  readonly differences: readonly MigrationDifference[];
}

/** What of the differences is known so far. */
class Found {
  missing = 0;
  different = 0;
  extra = 0;
  readonly kept: MigrationDifference[] = [];
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  note(difference: MigrationDifference): void {
    this[difference.kind]++;
    if (this.kept.length < this.max) this.kept.push(difference);
  }
}

/**
 * Looks up each record of the source at the target, and then, where the numbers do not agree, each of the target at the
 * source: two questions a page, no order that both would have to share, and no more than a page in memory. Of files, which
 * cannot be asked for an id, it is told as much as one side alone tells.
 */
export async function compareEnds(
  source: ReadableEnd,
  target: ReadableEnd,
  comparison: Comparison,
  pace: Pace,
): Promise<Differences> {
  const found = new Found(comparison.max);
  // Their ids are numbers of rows, which say nothing of the other end's.
  const areComparable = comparison.parts.has('ids');
  if (target.lookUp && areComparable) {
    const both = await compareForward(source, target, comparison, pace, found);
    const rest = comparison.countsExtras ? await extrasOf(source, target, both, found, pace) : 0;
    return {
      differing: { missing: found.missing, different: found.different, extra: rest },
      differences: found.kept,
    };
  }
  if (source.lookUp && areComparable) {
    const both = await compareBackward(source, target, comparison, pace, found);
    const missing = Math.max(0, ((await source.count()) ?? both) - both);
    return {
      differing: { missing, different: found.different, extra: found.extra },
      differences: found.kept,
    };
  }
  return { differing: { missing: -1, different: -1, extra: -1 }, differences: [] };
}

/** From the source's records to the target's. Answers how many both have. */
async function compareForward(
  source: ReadableEnd,
  target: ReadableEnd,
  { parts, precision, onLacking }: Comparison,
  pace: Pace,
  found: Found,
): Promise<number> {
  let both = 0;
  pace.begin('comparing', await source.count());
  for await (const { namespace, records } of source.pages(undefined, new PageSize(RECORDS_AT_ONCE))) {
    const opposites = (await target.lookUp?.(namespace, idsOf(records))) ?? [];
    const lacking: MigratedRecord[] = [];
    for (const [i, record] of records.entries()) {
      const opposite = opposites[i];
      if (!opposite && hasExpired(record)) continue;
      if (opposite) both++;
      const different = opposite ? differingParts(record, opposite, parts, precision) : [];
      if (opposite && different.length === 0) continue;
      found.note({ ...place(namespace, record), ...(opposite ? differs(different) : { kind: 'missing' }) });
      lacking.push(record);
    }
    if (lacking.length > 0) await onLacking?.(namespace, lacking);
    pace.advance(records.length);
  }
  pace.end();
  return both;
}

/** From a file that was written to the source's records. Answers how many both have. */
async function compareBackward(
  source: ReadableEnd,
  target: ReadableEnd,
  { parts, precision }: Comparison,
  pace: Pace,
  found: Found,
): Promise<number> {
  let both = 0;
  pace.begin('comparing', await target.count());
  for await (const { namespace, records } of target.pages(undefined, new PageSize(RECORDS_AT_ONCE))) {
    const opposites = (await source.lookUp?.(namespace, idsOf(records))) ?? [];
    for (const [i, record] of records.entries()) {
      const opposite = opposites[i];
      if (opposite) both++;
      const different = opposite ? differingParts(opposite, record, parts, precision) : [];
      if (opposite && different.length === 0) continue;
      found.note({ ...place(namespace, record), ...(opposite ? differs(different) : { kind: 'extra' }) });
    }
    pace.advance(records.length);
  }
  pace.end();
  return both;
}

/** How many records the target alone has. */
async function extrasOf(
  source: ReadableEnd,
  target: ReadableEnd,
  both: number,
  found: Found,
  pace: Pace,
): Promise<number> {
  const total = await target.count();
  if (total === undefined || total <= both) return 0;
  if (!source.lookUp) return total - both;
  pace.begin('comparing', total);
  for await (const page of target.pages(undefined, new PageSize(RECORDS_AT_ONCE))) {
    await noteExtras(source, page, found);
    pace.advance(page.records.length);
  }
  pace.end();
  return found.extra;
}

async function noteExtras(source: ReadableEnd, { namespace, records }: Page, found: Found): Promise<void> {
  const opposites = (await source.lookUp?.(namespace, idsOf(records))) ?? [];
  for (const [i, record] of records.entries()) {
    if (opposites[i] || hasExpired(record)) continue;
    found.note({ ...place(namespace, record), kind: 'extra' });
  }
}

function idsOf(records: readonly MigratedRecord[]): string[] {
  return records.map(({ id }) => id);
}

function place(namespace: string | undefined, { id }: MigratedRecord) {
  return { id, ...(namespace !== undefined && { namespace }) };
}

function differs(parts: MigrationDifference['parts'] & object) {
  return { kind: 'different', parts } as const;
}

/** Between the reading of one side and the other: it is gone from both. */
function hasExpired({ expiresAt }: MigratedRecord): boolean {
  return expiresAt !== undefined && expiresAt <= Date.now();
}
