/**
 * Opens a store in a process of its own and does what it is told over the channel to its parent:
 * `store-process.ts <folder> read|write`.
 */
import { VecinoError } from '../../src/base/errors.ts';
import { openStore } from '../../src/storage/open-store.ts';

export type Question = { readonly ask: 'count' } | { readonly ask: 'put'; readonly slot: number };

export type Answer =
  | { readonly opened: true }
  | { readonly failed: string; readonly message: string }
  | { readonly count: number; readonly problems: readonly string[] }
  | { readonly lastSeq: number };

const [folder = '', mode = 'read'] = process.argv.slice(2);

function answer(message: Answer): void {
  process.send?.(message);
}

try {
  const store = await openStore(folder, { readOnly: mode === 'read', create: mode === 'write' });
  process.on('message', async (question: Question) => {
    if (question.ask === 'count') {
      answer({ count: store.reader.count(1), problems: await store.check() });
      return;
    }
    const write = store.writer?.write({
      collection: 1,
      removals: new Uint32Array(),
      puts: {
        slots: Uint32Array.of(question.slot),
        ids: [`id ${question.slot}`],
        vectors: new Float32Array(2),
        documents: [null],
        metadata: ['{}'],
      },
      patches: { slots: new Uint32Array(), documents: [], metadata: [] },
    });
    void write?.then(answer);
  });
  if (mode === 'write' && store.reader.collections().length === 0) {
    const collection = { name: 'a', dimension: 2, metric: 'l2', embedding: null, index: {} };
    await store.writer?.createCollection(collection);
  }
  answer({ opened: true });
} catch (error) {
  const code = error instanceof VecinoError ? error.code : 'no code';
  answer({ failed: code, message: String(error) });
}
