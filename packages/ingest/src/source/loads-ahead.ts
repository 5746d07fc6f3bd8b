import type { Loaded, Source } from './source.ts';

type Load = (source: Source) => Promise<Loaded | undefined>;

/**
 * Loads sources some ahead of whoever takes them, in their order, and never more than so many at a time, taken or not:
 * so what is loaded and waits is bounded, too.
 */
export class LoadsAhead {
  private readonly sources: readonly Source[];
  private readonly atOnce: number;
  private readonly load: Load;
  private readonly begun: Promise<Loaded | undefined>[] = [];
  private next = 0;

  constructor(sources: readonly Source[], atOnce: number, load: Load) {
    this.sources = sources;
    this.atOnce = atOnce;
    this.load = load;
  }

  /** The next source, loaded; rejects with what its loading failed of. */
  async take(): Promise<Loaded | undefined> {
    while (this.begun.length < this.atOnce) {
      const source = this.sources[this.next];
      if (source === undefined) break;
      this.next += 1;
      const loading = this.load(source);
      // It may fail before its turn comes, when nobody is there to hear of it.
      loading.catch(() => undefined);
      this.begun.push(loading);
    }
    return this.begun.shift();
  }
}
