import { TimeSlice } from './time-slice.ts';

/** Elements that are sorted, or merged, in one go: some hundred microseconds where comparing takes long. */
const RUN = 512;

/**
 * What `toSorted` answers, in slices between which others run: short runs are sorted by themselves and then merged, two
 * and two. A million texts hold up nothing for longer than a few of their comparisons, where one call of `sort` would
 * take seconds. n log n comparisons, and one array more.
 */
export async function sortedInSlices<T>(
  elements: readonly T[],
  compare: (a: T, b: T) => number,
  slice: TimeSlice = new TimeSlice(),
): Promise<T[]> {
  const { length } = elements;
  let sorted = new Array<T>(length);
  for (let from = 0; from < length; from += RUN) {
    const run = elements.slice(from, from + RUN).sort(compare);
    for (let i = 0; i < run.length; i++) sorted[from + i] = run[i] as T;
    await slice.pause();
  }
  if (length <= RUN) return sorted;
  let merged = new Array<T>(length);
  for (let width = RUN; width < length; width *= 2) {
    for (let from = 0; from < length; from += 2 * width) {
      await merge({ sorted, merged, from, middle: from + width, to: from + 2 * width }, compare, slice);
    }
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}

/** Two neighbouring runs, the second of which may be short or missing. */
interface Runs<T> {
  readonly sorted: readonly T[];
  readonly merged: T[];
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

async function merge<T>(
  { sorted, merged, from, middle, to }: Runs<T>,
  compare: (a: T, b: T) => number,
  slice: TimeSlice,
): Promise<void> {
  const [firstEnd, end] = [Math.min(middle, sorted.length), Math.min(to, sorted.length)];
  let [first, second] = [from, firstEnd];
  for (let place = from; place < end; place++) {
    const isFirst =
      second >= end || (first < firstEnd && compare(sorted[first] as T, sorted[second] as T) <= 0);
    merged[place] = sorted[isFirst ? first++ : second++] as T;
    if (place % RUN === 0) await slice.pause();
  }
}
