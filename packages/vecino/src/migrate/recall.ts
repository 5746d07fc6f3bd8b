/**
 * How well searches of both ends find the nearest: stored records, drawn at random, ask for their neighbours (themselves
 * left out), and what an ordinary search answers is compared with the exact answer of the same end. A hit counts where its
 * score is no worse than that of the last exact one, so that of records equally near either is right. The agreement
 * compares the exact answers of both ends, whose scores may differ in their last bits.
 */
import type { MigrationRecall } from '../api/migration.ts';
import type { SearchQuery } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { CollectionEnd } from './collection-end.ts';
import type { Pace } from './pace.ts';
import type { Persistence } from './persistence.ts';
import { type MigratedRecord, NAMELESS } from './record.ts';

const K = 10;
/** What rounding leaves between two scores of the same vectors. */
const SCORE_SLACK = 1e-5;

/** A record that asks for its neighbours. */
export interface Asking {
  readonly namespace: string | undefined;
  readonly id: string;
  readonly fields: readonly string[];
}

/** A sample of all records, drawn while they pass by (Vitter's algorithm R, "Random Sampling with a Reservoir", 1985). */
export class Sample {
  readonly drawn: Asking[] = [];
  private seen = 0;
  private readonly size: number;
  private readonly random: Random;

  constructor(size: number, random: Random) {
    this.size = size;
    this.random = random;
  }

  consider(namespace: string | undefined, { id, vectors }: MigratedRecord): void {
    this.seen++;
    const place = this.seen <= this.size ? this.seen - 1 : Math.floor(this.random() * this.seen);
    if (place < this.size) this.drawn[place] = { namespace, id, fields: [...vectors.keys()] };
  }
}

/** A side that is asked, and the vector by the name that it has there. */
interface Side {
  readonly end: CollectionEnd;
  readonly nameOf: (field: string) => string;
}

interface Answers {
  readonly exact: readonly Hit[];
  readonly usual: readonly Hit[];
}

interface Hit {
  readonly id: string;
  readonly score: number;
}

/** The recall of each vector of the target's. A side that is a file is not asked. */
export async function measureRecall(
  source: CollectionEnd | undefined,
  target: CollectionEnd | undefined,
  asking: readonly Asking[],
  field: string | undefined,
  { pace, persistence }: { readonly pace: Pace; readonly persistence: Persistence },
): Promise<MigrationRecall[]> {
  if (asking.length === 0 || (!source && !target)) return [];
  const fields = [...new Set(asking.flatMap((one) => one.fields))].sort();
  // The source has the vector under the name that travelled, the target without one.
  const sides = {
    source: source && { end: source, nameOf: (name: string) => (name === NAMELESS ? (field ?? name) : name) },
    target: target && { end: target, nameOf: (name: string) => name },
  };
  pace.begin('searching', asking.length * fields.length);
  const recalls: MigrationRecall[] = [];
  for (const name of fields) {
    const own = asking.filter((one) => one.fields.includes(name));
    const recall = new MeanRecall();
    for (const one of own) {
      const left = sides.source && (await answersOf(sides.source, one, name, persistence));
      const right = sides.target && (await answersOf(sides.target, one, name, persistence));
      recall.add(left, right);
      pace.advance(1);
    }
    recalls.push({ ...(name !== NAMELESS && { field: name }), k: K, queries: own.length, ...recall.means });
  }
  pace.end();
  return recalls;
}

/** Undefined where the record is gone, or the engine cannot compare with all. */
async function answersOf(
  { end, nameOf }: Side,
  { namespace, id }: Asking,
  field: string,
  persistence: Persistence,
): Promise<Answers | undefined> {
  const name = nameOf(field);
  const query: SearchQuery = { id, k: K, include: [], ...(name !== NAMELESS && { field: name }) };
  const records = end.within(namespace);
  try {
    const usual = await persistence.run(() => records.search(query));
    const exact = await persistence.run(() => records.search({ ...query, exact: true }));
    return { usual, exact };
  } catch (error) {
    const isLacking =
      error instanceof VecinoError && ['UNSUPPORTED', 'RECORD_NOT_FOUND'].includes(error.code);
    if (isLacking) return undefined;
    throw error;
  }
}

/** Means over queries, each side by itself. */
class MeanRecall {
  private readonly source: number[] = [];
  private readonly target: number[] = [];
  private readonly agreement: number[] = [];

  add(source: Answers | undefined, target: Answers | undefined): void {
    if (source) this.source.push(shareFound(source.exact, source.usual));
    if (target) this.target.push(shareFound(target.exact, target.usual));
    if (source && target) this.agreement.push(shareFound(source.exact, target.exact));
  }

  get means(): Pick<MigrationRecall, 'source' | 'target' | 'agreement'> {
    return {
      ...(this.source.length > 0 && { source: mean(this.source) }),
      ...(this.target.length > 0 && { target: mean(this.target) }),
      ...(this.agreement.length > 0 && { agreement: mean(this.agreement) }),
    };
  }
}

/** 1 where there is nothing to find. */
function shareFound(exact: readonly Hit[], found: readonly Hit[]): number {
  const worst = exact.at(-1)?.score;
  if (worst === undefined) return 1;
  const enough = worst - SCORE_SLACK * Math.max(1, Math.abs(worst));
  return found.filter(({ score }) => score >= enough).length / exact.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
