import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A result of `npm run bench` on one data set, as far as it is quoted. */
export interface RaceResult {
  readonly dataset: {
    readonly name: string;
    readonly size: number;
    readonly dimension: number;
    readonly metric: string;
  };
  readonly stores: readonly {
    readonly peer: string;
    readonly cpuSeconds: number;
    readonly builtBy?: string;
    readonly byEngine?: { readonly vectorBytes: number; readonly indexBytes: number };
  }[];
  /** Speed at each recall that was asked for. */
  readonly rows: readonly { readonly peer: string; readonly recallWanted: number; readonly qps: number }[];
  readonly unreached: readonly { readonly peer: string; readonly recallWanted: number }[];
  readonly exact: readonly { readonly peer: string; readonly batch: number; readonly qps: number }[];
}

/** A result of the scenario growth. */
export interface GrowthResult {
  readonly rows: readonly {
    readonly family: string;
    readonly records: number;
    readonly searchMicroseconds: number;
    readonly distanceComputations: number;
  }[];
}

export interface Results {
  /** By the name of the data set. */
  readonly races: readonly RaceResult[];
  readonly growth: GrowthResult | undefined;
}

/** Where races of the engines by themselves lie; of a data set that has one, it is quoted and not the whole race. */
const FAMILIES = 'families';

/** What lies in a folder of results; other files in it are left alone. */
export function readResults(folder: string): Results {
  const read = jsonIn(folder);
  const inner = join(folder, FAMILIES);
  const races = new Map(read.filter(isRace).map((race) => [race.dataset.name, race]));
  for (const race of existsSync(inner) ? jsonIn(inner).filter(isRace) : [])
    races.set(race.dataset.name, race);
  return { races: [...races.values()], growth: read.find(isGrowth) };
}

function jsonIn(folder: string): object[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as object);
}

function isRace(result: object): result is RaceResult {
  return 'dataset' in result;
}

/** Those of earlier versions were of one family and did not name it. */
function isGrowth(result: object): result is GrowthResult {
  if (!('scenario' in result && result.scenario === 'growth' && 'rows' in result)) return false;
  const [first] = result.rows as Partial<GrowthResult['rows'][number]>[];
  return first?.family !== undefined;
}
