/**
 * The memory of an index lies outside the heap, so that Node sees no reason to collect the few bytes that hold
 * it: hundreds of megabytes of a dropped or compacted index stay for as long as a program idles. Whoever lets
 * go of such memory says so here, and when enough has come together, the collector runs.
 */

/** Bytes let go of before the collector is called: it stops the thread for some 5 to 10 ms (measured). */
const BYTES = 64 << 20;
/** Each memory reserves 10 GiB of address space, and V8 stops at some hundred of them to collect garbage itself. */
const BYTES_EACH = BYTES / 32;
/** Lets whatever still refers to the memory end first. */
const DELAY_MS = 50;

let bytes = 0;
let timer: NodeJS.Timeout | undefined;
let collect: (() => void) | undefined;

/** Takes note that this thread has let go of memory outside the heap. */
export function memoryLetGo(count: number): void {
  bytes += Math.max(count, BYTES_EACH);
  if (bytes < BYTES || timer) return;
  timer = setTimeout(() => {
    timer = undefined;
    bytes = 0;
    collect ??= findCollector();
    collect();
  }, DELAY_MS);
  timer.unref();
}

/** `gc`, which a new context gets once V8 is told to expose it; nothing where this runtime does not. */
function findCollector(): () => void {
  try {
    process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
    const found: unknown = process.getBuiltinModule('node:vm').runInNewContext('gc');
    if (typeof found === 'function') return () => found();
  } catch {
    // Memory comes back later then, with the collector's next round.
  }
  return () => undefined;
}
