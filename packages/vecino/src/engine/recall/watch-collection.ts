import { RECALL_WATCH_OPTIONS, type RecallWatchOptions } from '../../api/recall.ts';
import { readOptions } from '../../base/options.ts';
import { seededRandom } from '../../base/random.ts';
import type { CollectionState } from '../collection-state.ts';
import type { VectorField } from '../vector-field.ts';
import { RecallWatch, type Watched } from './recall-watch.ts';

/** The same queries are chosen each time: what a program measures can be repeated. */
const SEED = 0x5eed;

/** Begins to measure the recall of the collection's queries, anew where it was measured; `false` ends it. */
export function watchRecall(state: CollectionState, input: unknown): void {
  if (input === false) {
    for (const field of state.fields) field.recallWatch = undefined;
    return;
  }
  const thing = `watchRecall of ${state.thing}`;
  const options = readOptions<RecallWatchOptions>(
    thing,
    RECALL_WATCH_OPTIONS,
    input as RecallWatchOptions | undefined,
  );
  for (const field of state.fields) {
    field.recallWatch = new RecallWatch(placeOf(state, field), seededRandom(SEED), options);
  }
}

function placeOf({ slots }: CollectionState, field: VectorField): Watched {
  return {
    get version() {
      return slots.version;
    },
    get records() {
      return field.live.count();
    },
    get index() {
      return field.index.options;
    },
    search: (searches) => field.index.searchMany(searches),
    now: () => performance.now(),
  };
}
