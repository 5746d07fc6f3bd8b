import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pipeline } from './pipeline.ts';
import type { MigratedRecord, Page } from './record.ts';

/** Writes that end when they are told to, in whatever order. */
class HeldWrites {
  readonly begun: Page[] = [];
  readonly stored = new Map<string, string>();
  mostAtOnce = 0;
  private readonly waiting: { readonly page: Page; readonly end: () => void }[] = [];

  readonly write = (page: Page): Promise<void> => {
    this.begun.push(page);
    return new Promise((resolve) => {
      this.waiting.push({ page, end: resolve });
      this.mostAtOnce = Math.max(this.mostAtOnce, this.waiting.length);
    });
  };

  /** Ends one that is under way. */
  endOne(choice: number): void {
    const [one] = this.waiting.splice(choice % Math.max(1, this.waiting.length), 1);
    for (const { id, document = '' } of one?.page.records ?? []) this.stored.set(id, document);
    one?.end();
  }

  get isIdle(): boolean {
    return this.waiting.length === 0;
  }
}

describe('Pipeline', () => {
  it('acknowledges beginnings only, and lets no record be overtaken, whatever ends first', async () => {
    const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(ids, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat({ max: 10 })),
        async (pagesOfIds, writers, choices) => {
          const writes = new HeldWrites();
          const acknowledged: number[] = [];
          const pipeline = new Pipeline(writes.write, writers, ({ page }) => acknowledged.push(Number(page)));
          const latest = new Map<string, string>();
          const pages = pagesOfIds.map((own, i) => {
            const records = own.map((id, j) => recordOf(id, `${i}-${j}`));
            for (const { id, document = '' } of records) latest.set(id, document);
            return { namespace: undefined, records, position: { page: i } };
          });
          let isOver = false;
          const over = copyAll(pipeline, pages).finally(() => {
            isOver = true;
          });
          while (!isOver) {
            await new Promise(setImmediate);
            if (!writes.isIdle) writes.endOne(choices.next().value);
            expect(acknowledged).toEqual(pages.slice(0, acknowledged.length).map((_, i) => i));
          }
          await over;
          expect(acknowledged).toEqual(pages.map((_, i) => i));
          expect(writes.stored).toEqual(latest);
          expect(writes.mostAtOnce).toBeLessThanOrEqual(writers);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('throws what a write has failed with, begins no other, and acknowledges nothing behind it', async () => {
    const failure = new Error('the disk is full');
    const acknowledged: unknown[] = [];
    const write = async ({ position }: Page) => {
      if (position['page'] === 1) throw failure;
    };
    const pipeline = new Pipeline(write, 1, ({ page }) => acknowledged.push(page));
    await pipeline.submit(pageOf(0));
    await pipeline.submit(pageOf(1));
    await expect(pipeline.submit(pageOf(2))).rejects.toBe(failure);
    await pipeline.settle();
    expect(() => pipeline.requireSound()).toThrow(failure);
    expect(acknowledged).toEqual([0]);
  });
});

async function copyAll(pipeline: Pipeline, pages: readonly Page[]): Promise<void> {
  for (const page of pages) await pipeline.submit(page);
  await pipeline.settle();
  pipeline.requireSound();
}

function pageOf(page: number): Page {
  return { namespace: undefined, records: [recordOf(`${page}`, '')], position: { page } };
}

function recordOf(id: string, document: string): MigratedRecord {
  return { id, document, vectors: new Map(), metadata: {}, expiresAt: undefined };
}
