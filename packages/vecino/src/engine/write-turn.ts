import type { CollectionState } from './collection-state.ts';

/**
 * Reads what a write is given, which embeds texts and may take long, and then writes in the collection's turn. What was
 * read for the vectors of one model is read anew where these are exchanged for another's before the turn comes.
 *
 * @param input a batch; a copy is read, because the caller may empty the array meanwhile to collect the next one
 */
export async function writeInTurn<B, T>(
  state: CollectionState,
  input: unknown,
  read: (input: unknown) => Promise<B>,
  write: (batch: B) => Promise<T>,
): Promise<T> {
  const given = Array.isArray(input) ? Array.from<unknown>(input) : input;
  for (;;) {
    const { generation, batch } = await state.exchange.steady(async () => ({
      generation: state.exchange.generation,
      batch: await read(given),
    }));
    const turn = await state.writes.run(async () => {
      state.requireOpen();
      return generation === state.exchange.generation ? { answer: await write(batch) } : undefined;
    });
    if (turn) return turn.answer;
  }
}
