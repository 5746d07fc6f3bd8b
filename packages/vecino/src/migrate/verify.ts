import type { ContentChecksum, MigrationVerification } from '../api/migration.ts';
import { seededRandom } from '../base/random.ts';
import type { CollectionEnd } from './collection-end.ts';
import { compareEnds } from './compare.ts';
import type { ReadableEnd } from './end.ts';
import { type ContentPart, Fingerprint, isSame, type Precision, precisionOf } from './fingerprint.ts';
import type { Pace } from './pace.ts';
import { PageSize } from './page-size.ts';
import type { Persistence } from './persistence.ts';
import { measureRecall, Sample } from './recall.ts';
import type { MigratedRecord, Page } from './record.ts';

const PAGE_RECORDS = 1_000;
/** Records by which it is seen how an end keeps vectors. */
const PROBES = 100;
/** What expires before both sides have been read is on neither, or only on the one that was read first. */
const EXPIRY_SLACK_MS = 3_600_000;

/** Two ends that should have the same. */
export interface Verified {
  /** As the target sees it. */
  readonly source: ReadableEnd;
  readonly target: ReadableEnd;
  /** Those that can be searched. */
  readonly searchable: {
    readonly source: CollectionEnd | undefined;
    readonly target: CollectionEnd | undefined;
  };
}

export interface VerifySettings {
  readonly field: string | undefined;
  readonly queries: number;
  readonly differencesMax: number;
  readonly seed: number;
  /** Whether the target may have other records beside. */
  readonly merge: boolean;
}

/** How far it is, and what is tried again. */
export interface Work {
  readonly pace: Pace;
  readonly persistence: Persistence;
}

/** Compares two ends by their checksums, record by record where these differ, and by what searches find. */
export async function verifyEnds(
  { source, target, searchable }: Verified,
  settings: VerifySettings,
  work: Work,
): Promise<MigrationVerification> {
  const began = performance.now();
  const parts: ReadonlySet<ContentPart> = new Set([...source.parts].filter((part) => target.parts.has(part)));
  const precision = await probe(source, target);
  const sample = new Sample(settings.queries, seededRandom(settings.seed));
  const until = Date.now() + EXPIRY_SLACK_MS;
  const sums = { parts, precision, until };
  const ofSource = await sumOf(source, sums, work, (page) => {
    for (const record of page.records) sample.consider(page.namespace, record);
  });
  const ofTarget = settings.merge ? undefined : await sumOf(target, sums, work);
  const hasSameSums = ofTarget !== undefined && isSame(ofSource, ofTarget);
  // By their direction alone vectors have no sum.
  const { differing, differences } =
    hasSameSums && precision !== 'direction'
      ? NO_DIFFERENCES
      : await compareEnds(
          source,
          target,
          { parts, precision, max: settings.differencesMax, countsExtras: !settings.merge },
          work.pace,
        );
  const recall = await measureRecall(
    searchable.source,
    searchable.target,
    sample.drawn,
    settings.field,
    work,
  );
  const { missing, different, extra } = differing;
  return {
    from: source.description,
    to: target.description,
    // Where nobody can be asked for an id, the sums must do.
    equal: missing < 0 ? hasSameSums : missing + different + extra === 0,
    vectors: precision,
    source: ofSource,
    ...(ofTarget && { target: ofTarget }),
    differing,
    differences,
    recall,
    seconds: (performance.now() - began) / 1_000,
  };
}

const NO_DIFFERENCES = { differing: { missing: 0, different: 0, extra: 0 }, differences: [] } as const;

interface Summing {
  readonly parts: ReadonlySet<ContentPart>;
  readonly precision: Precision;
  /** What expires before is left out. */
  readonly until: number;
}

async function sumOf(
  end: ReadableEnd,
  { parts, precision, until }: Summing,
  { pace, persistence }: Work,
  look: (page: Page) => void = () => undefined,
): Promise<ContentChecksum> {
  const sum = new Fingerprint(parts, precision);
  pace.begin('verifying', await end.count());
  for await (const page of end.pages(undefined, new PageSize(PAGE_RECORDS))) {
    persistence.requireGoing();
    for (const record of page.records) {
      if (record.expiresAt === undefined || record.expiresAt > until) sum.add(page.namespace, record);
    }
    look(page);
    pace.advance(page.records.length);
  }
  pace.end();
  return sum.checksum;
}

/** How vectors are to be compared, by some records that both ends have. */
async function probe(source: ReadableEnd, target: ReadableEnd): Promise<Precision> {
  const [asked, answering] = target.lookUp ? [source, target] : [target, source];
  if (!answering.lookUp || !asked.parts.has('ids')) return 'f32';
  for await (const { namespace, records } of asked.pages(undefined, new PageSize(PROBES))) {
    const probes = records.slice(0, PROBES);
    const opposites = await answering.lookUp(
      namespace,
      probes.map(({ id }) => id),
    );
    const pairs = probes.flatMap((record, i): [MigratedRecord, MigratedRecord][] => {
      const opposite = opposites[i];
      return opposite ? [[record, opposite]] : [];
    });
    if (pairs.length > 0) return precisionOf(pairs);
  }
  return 'f32';
}
