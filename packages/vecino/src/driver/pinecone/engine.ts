import type { Capabilities } from '../../api/capabilities.ts';
import type { CollectionDescription } from '../../api/collection.ts';
import type { CompleteIndexChoice } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import { unsupported } from '../front/unsupported.ts';

/** As messages name the engine. */
export const ENGINE = 'Pinecone';

const FOLDER = 'copy the collection into a folder and ask there';

export const CAPABILITIES: Capabilities = {
  engine: ENGINE,
  unsupported: {
    analysis: FOLDER,
    changes: 'list by seq, which finds what was put, and keep the last number',
    check: 'there is no index of ours to check',
    explain: "look at Pinecone's own metrics",
    fullText: 'keep the texts in a folder or in PostgreSQL, and fuse the answers',
    measureRecall: 'compare with an answer to exact: true',
    namedVectors: 'make a collection of each vector',
    recall: 'Pinecone has no efforts to choose; give exact: true where all have to be compared',
    reembed: 'embed into a new collection, and drop the old one',
    reindex: 'there is nothing to choose: Pinecone makes its index by itself',
    stats: "describe() counts the records; sizes are in Pinecone's console",
  },
  weaker: {
    atomicBatches:
      'a batch of more than 1,000 records or 2 MB goes in several requests, and those before one that fails stay written',
    changeOrder: 'changes are numbered by the clock of who writes',
    conditionalWrites:
      'add, update and remove look first and write then; within one open database they wait for each other, between several they do not',
    emptyNamespaces: 'a namespace may be gone with its last record',
    listOrder: "the order is Pinecone's own",
    readYourWrites:
      'what this database has written is waited for; what others have written is seen when Pinecone has indexed it, usually within seconds',
  },
  wordScores: null,
};

/** What `describe` says of an index that is Pinecone's own affair. */
export function servingOf({ index }: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const reason =
    'Pinecone chooses and tunes its index by itself and says nothing about it; flat stands for no options';
  return {
    index: index as unknown as CompleteIndexChoice,
    serving: { options: { family: 'flat' }, reason },
  };
}

/** Refuses an index that was chosen: there is nothing to choose. */
export function requireFit(thing: string, _: NewCollection, read: ReadCollectionOptions): void {
  const { family, ...rest } = read.givenIndex;
  const others = Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if ((family === undefined || family === 'auto') && others.length === 0) return;
  const what = others.length > 0 ? `the option ${others[0]} of an index` : `the family ${String(family)}`;
  throw unsupported(thing, ENGINE, what, 'leave the index out: Pinecone makes and tunes its own');
}
