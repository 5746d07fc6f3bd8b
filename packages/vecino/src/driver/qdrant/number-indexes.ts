import { VecinoError } from '../../base/errors.ts';
import type { Predicate } from '../../filter/predicate.ts';
import { NUMBERS } from './filter.ts';
import type { Requests } from './requests.ts';
import { keyOf } from './terms.ts';

/** Paths of numbers that are indexed of a collection. Others are searched without, where the server allows it. */
const INDEXED_MAX = 32;

/**
 * The indexes by which Qdrant finds numbers in a range: of each path one, which is asked for when the first number is
 * written or looked for. One that is there already costs a request without effect, once a process.
 */
export class NumberIndexes {
  private readonly requests: Requests;
  private readonly collection: string;
  private readonly mayCreate: boolean;
  private readonly asked = new Set<string>();

  /** @param collection the name that Qdrant knows it by */
  constructor(requests: Requests, collection: string, mayCreate: boolean) {
    this.requests = requests;
    this.collection = collection;
    this.mayCreate = mayCreate;
  }

  /** Sees to the paths whose numbers a predicate compares. */
  async ensureFor(predicate: Predicate | undefined): Promise<void> {
    if (predicate) await this.ensure(numberKeysOf(predicate));
  }

  async ensure(keys: Iterable<string>): Promise<void> {
    for (const key of keys) {
      if (!this.mayCreate || this.asked.has(key) || this.asked.size >= INDEXED_MAX) continue;
      this.asked.add(key);
      await this.create(key).catch((error: unknown) => {
        // Whoever may not make indexes may do without.
        if (!(error instanceof VecinoError) || error.code !== 'REMOTE_REFUSED') throw error;
      });
    }
  }

  private async create(key: string): Promise<void> {
    const index = { wait: true, field_name: `${NUMBERS}.${key}`, field_schema: 'float' } as const;
    await this.requests.ask((client) => client.createPayloadIndex(this.collection, index));
  }
}

function numberKeysOf(predicate: Predicate): string[] {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.parts.flatMap(numberKeysOf);
    case 'not':
      return numberKeysOf(predicate.part);
    case 'range':
      return typeof (predicate.lower ?? predicate.upper)?.value === 'number' ? [keyOf(predicate.path)] : [];
    default:
      return [];
  }
}
