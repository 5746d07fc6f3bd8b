import type { AnomalyOptions, AnomalyScore } from '../../api/anomaly.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { sortedInSlices } from '../../base/sort-in-slices.ts';
import type { CollectionState } from '../collection-state.ts';
import type { Course } from './course.ts';
import { distanceOf } from './distance-of.ts';
import { Distribution } from './distribution.ts';
import { densityOf, factorOf, NeighbourTable, type Outliers, outliersOf } from './local-outliers.ts';
import { type Around, type Effort, searchAround, searchAroundVectors } from './search-around.ts';
import type { Subjects } from './subjects.ts';

type Method = NonNullable<AnomalyOptions['method']>;

/** The share of the records that may have changed before new vectors are judged by a new model. */
const CHANGED_MAX = 0.1;

/** A record that a new vector is near to, and what is known of it. */
interface Neighbour {
  readonly slot: number;
  readonly distance: number;
}

/** What a neighbour is like itself. */
interface Surroundings {
  /** From its own k-th neighbour. */
  readonly distance: number;
  readonly density: number;
}

/**
 * How unusual each record of a collection was at one moment, and the distribution of that, by which new vectors are
 * judged. Neighbours of a new vector are always those of now; what has been written since is measured when it is met.
 */
export class AnomalyModel {
  readonly subjects: Subjects;
  private readonly state: CollectionState;
  private readonly neighbours: number;
  private readonly effort: Effort;
  private readonly outliers: Outliers;
  private readonly distributions: Readonly<Record<Method, Distribution>>;

  private constructor(
    state: CollectionState,
    subjects: Subjects,
    neighbours: number,
    effort: Effort,
    outliers: Outliers,
    distributions: AnomalyModel['distributions'],
  ) {
    this.state = state;
    this.subjects = subjects;
    this.neighbours = neighbours;
    this.effort = effort;
    this.outliers = outliers;
    this.distributions = distributions;
  }

  /** Searches the neighbours of every subject: n searches, on all threads. */
  static async learn(
    state: CollectionState,
    subjects: Subjects,
    neighbours: number,
    effort: Effort,
    course: Course,
  ): Promise<AnomalyModel> {
    const table = new NeighbourTable(subjects.count, neighbours);
    const all = subjects.all();
    // One more, as each is among its own neighbours.
    await searchAround(state, subjects, all, neighbours + 1, effort, course, (ordinal, { slots, scores }) => {
      for (const [i, slot] of slots.entries()) {
        const neighbour = subjects.ordinalOf(slot);
        if (neighbour === undefined || neighbour === ordinal) continue;
        if (!table.add(ordinal, neighbour, distanceOf(state.metric, scores[i] ?? Number.NaN))) break;
      }
    });
    const outliers = await outliersOf(table);
    return new AnomalyModel(state, subjects, neighbours, effort, outliers, {
      distance: await Distribution.of(outliers.distances),
      outlierFactor: await Distribution.of(outliers.factors),
    });
  }

  /** Whether these are the subjects it was made of, unchanged. */
  isOf({ seen, count }: Subjects): boolean {
    return this.subjects.seen === seen && this.subjects.count === count;
  }

  /** Whether few of these have changed since it was made. */
  isLike({ version, count }: Subjects): boolean {
    const changes = version - this.subjects.version + Math.abs(count - this.subjects.count);
    return changes <= CHANGED_MAX * this.subjects.count;
  }

  /** The ordinals of all records, the most unusual first. */
  async ranked(method: Method): Promise<readonly number[]> {
    const values = this.valuesOf(method);
    const ordinals: number[] = [];
    for (let ordinal = 0; ordinal < values.length; ordinal++) {
      if (!Number.isNaN(values[ordinal])) ordinals.push(ordinal);
    }
    return sortedInSlices(ordinals, (a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  }

  /** How unusual the record of an ordinal is. */
  scoreOf(method: Method, ordinal: number): AnomalyScore {
    return {
      score: this.distributions[method].shareBelow(this.valuesOf(method)[ordinal] ?? 0),
      outlierFactor: this.outliers.factors[ordinal] ?? Number.NaN,
      distance: this.outliers.distances[ordinal] ?? Number.NaN,
    };
  }

  /** @param except the id of the record itself, where it is a stored one */
  async judge(
    thing: string,
    vector: Float32Array,
    except: string | undefined,
    method: Method,
  ): Promise<AnomalyScore> {
    const self =
      except === undefined
        ? undefined
        : this.state.store.reader.slotsOf(this.state.id, this.state.namespace, [except])[0];
    const neighbours = (await this.around([vector], [self]))[0] ?? [];
    if (neighbours.length === 0) {
      throw new VecinoError(
        'RECORDS_TOO_FEW',
        `${thing}: no record is left to compare with, expected at least one; call it again when records are there`,
        { details: { expected: 1, received: 0 } },
      );
    }
    const theirs = await this.surroundingsOf(neighbours);
    const distances = Float64Array.from(neighbours, ({ distance }) => distance);
    const density = densityOf(
      distances,
      Float64Array.from(theirs, ({ distance }) => distance),
      this.outliers.smoothing,
    );
    const outlierFactor = factorOf(
      density,
      Float64Array.from(theirs, (one) => one.density),
    );
    const distance = present(distances.at(-1), 'a distance');
    const value = method === 'distance' ? distance : outlierFactor;
    return { score: this.distributions[method].shareBelow(value), outlierFactor, distance };
  }

  private valuesOf(method: Method): Float64Array {
    return method === 'distance' ? this.outliers.distances : this.outliers.factors;
  }

  /** The neighbours of vectors as they are now. */
  private async around(
    vectors: readonly Float32Array[],
    selves: readonly (number | undefined)[],
  ): Promise<Neighbour[][]> {
    const { state, subjects, neighbours, effort } = this;
    const found = await searchAroundVectors(state, subjects, vectors, neighbours + 1, effort);
    return found.map((around, i) => neighboursIn(around, selves[i], neighbours, state));
  }

  /** What neighbours are like: as the model knows them, or measured where they have been written to since. */
  private async surroundingsOf(neighbours: readonly Neighbour[]): Promise<Surroundings[]> {
    const known = this.known(neighbours.map(({ slot }) => slot));
    const unknown = neighbours.filter((_, i) => known[i] === undefined).map(({ slot }) => slot);
    const measured = (await this.measure(unknown)).values();
    return known.map((one) => one ?? present(measured.next().value, 'what was measured'));
  }

  private known(slots: readonly number[]): (Surroundings | undefined)[] {
    const ordinals = slots.map((slot) => this.subjects.ordinalOf(slot));
    const rows = this.subjects.rows(
      ordinals.map((ordinal) => ordinal ?? 0),
      [],
    );
    return ordinals.map((ordinal, i) => {
      if (ordinal === undefined || rows[i] === undefined) return undefined;
      const distance = this.outliers.distances[ordinal] ?? Number.NaN;
      const density = this.outliers.densities[ordinal] ?? Number.NaN;
      return Number.isNaN(density) ? undefined : { distance, density };
    });
  }

  private async measure(slots: readonly number[]): Promise<Surroundings[]> {
    if (slots.length === 0) return [];
    const { state, outliers } = this;
    const vectors = state.field.storedVectors(slots);
    // A record that goes at this very moment has no surroundings any more, and counts for nothing.
    const there = Array.from(slots.keys()).filter((i) => vectors[i] !== undefined);
    const found = await this.around(
      there.map((i) => present(vectors[i], 'a vector')),
      there.map((i) => slots[i]),
    );
    const measured = found.map((neighbours): Surroundings => {
      const theirs = this.known(neighbours.map(({ slot }) => slot)).map((one) => one?.distance ?? 0);
      const distances = Float64Array.from(neighbours, ({ distance }) => distance);
      return {
        distance: distances.at(-1) ?? 0,
        density: densityOf(distances, Float64Array.from(theirs), outliers.smoothing),
      };
    });
    const byPlace = new Map(there.map((i, at) => [i, measured[at]]));
    return slots.map((_, i) => byPlace.get(i) ?? { distance: 0, density: Number.NaN });
  }
}

function neighboursIn(
  { slots, scores }: Around,
  self: number | undefined,
  most: number,
  { metric }: CollectionState,
): Neighbour[] {
  return Array.from(slots, (slot, i) => ({ slot, distance: distanceOf(metric, scores[i] ?? Number.NaN) }))
    .filter(({ slot }) => slot !== self)
    .slice(0, most);
}
