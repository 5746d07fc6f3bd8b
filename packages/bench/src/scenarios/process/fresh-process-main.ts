/** A process that does one step, tells its result and ends. */
import type { Message, Order, Step } from './fresh-process.ts';

process.once('message', (order: Order) => {
  run(order)
    .then(
      (result): Message => ({ kind: 'result', result }),
      (error: unknown): Message => ({ kind: 'error', message: describeError(error) }),
    )
    .then((message) => process.send?.(message, () => process.exit()));
});
process.once('disconnect', () => process.exit());

async function run({ module, step, task }: Order): Promise<unknown> {
  const exported = (await import(module)) as Readonly<Record<string, unknown>>;
  const found = exported[step];
  if (typeof found !== 'function') throw new Error(`${module} exports no function "${step}"`);
  return (found as Step<unknown, unknown>)(task, (message) => {
    process.send?.({ kind: 'progress', message } satisfies Message);
  });
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
