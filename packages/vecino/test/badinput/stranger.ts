/**
 * Does what a database allows to a process of another user: `stranger.ts <folder> [<folder>…]`. Each folder is
 * opened for writing and for reading; what came of it goes to the parent.
 */
import { open, VecinoError } from '../../src/index.ts';

export interface Outcome {
  readonly code?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Ids that a search found, and problems that a check found, where the folder could be opened. */
  readonly found?: readonly string[];
  readonly problems?: readonly string[];
}

export interface Outcomes {
  readonly writing: Outcome;
  readonly reading: Outcome;
}

async function outcomeOf(folder: string, readOnly: boolean): Promise<Outcome> {
  try {
    await using database = await open(folder, { readOnly });
    const books = await database.openCollection('books');
    if (!readOnly) await books.add([{ id: 'from a stranger', vector: [1, 1, 1] }]);
    const hits = await books.search({ vector: [3, 2, 1] });
    return { found: hits.map(({ id }) => id), problems: (await books.check()).problems };
  } catch (error) {
    if (!(error instanceof VecinoError)) return { message: String(error) };
    return { code: error.code, message: error.message, details: error.details };
  }
}

const outcomes: Outcomes[] = [];
for (const folder of process.argv.slice(2)) {
  outcomes.push({ writing: await outcomeOf(folder, false), reading: await outcomeOf(folder, true) });
}
process.send?.(outcomes);
