import { RECALL_WATCH_OPTIONS, type RecallWatchOptions } from '../../api/recall.ts';
import { readOptions } from '../../base/options.ts';
import { seededRandom } from '../../base/random.ts';
import type { CollectionState } from '../collection-state.ts';
import { RecallWatch } from './recall-watch.ts';

/** The same queries are chosen each time: what a program measures can be repeated. */
const SEED = 0x5eed;

/** Begins to measure the recall of the collection's queries, anew where it was measured; `false` ends it. */
export function watchRecall(state: CollectionState, input: unknown): void {
  if (input === false) {
    state.recallWatch = undefined;
    return;
  }
  const thing = `watchRecall of ${state.thing}`;
  const options = readOptions<RecallWatchOptions>(
    thing,
    RECALL_WATCH_OPTIONS,
    input as RecallWatchOptions | undefined,
  );
  const place = {
    get version() {
      return state.slots.version;
    },
    get records() {
      return state.slots.live.count();
    },
    get index() {
      return state.index.options;
    },
    search: (searches: Parameters<typeof state.index.searchMany>[0]) => state.index.searchMany(searches),
    now: () => performance.now(),
  };
  state.recallWatch = new RecallWatch(place, seededRandom(SEED), options);
}
