import type { Records } from '../namespace.ts';
import type { FoundPictures } from './picture-files.ts';

/** Ids that are read, and removed, in one go. */
const PAGE = 10_000;

/**
 * Removes the records of pictures that came from the same sources and are not there any more; answers how many these
 * were. What was stored by another source stays, though it may lie in the same folder.
 */
export async function removeVanished(
  records: Pick<Records, 'list' | 'remove'>,
  { files, roots }: FoundPictures,
  signal: AbortSignal,
): Promise<number> {
  const present = new Set(files.map(({ path }) => path));
  const vanished: string[] = [];
  let cursor: string | undefined;
  do {
    signal.throwIfAborted();
    const page = await records.list({
      filter: { root: { $in: [...new Set(roots)] } },
      include: [],
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    vanished.push(...page.records.map(({ id }) => id).filter((id) => !present.has(id)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  for (let from = 0; from < vanished.length; from += PAGE) {
    await records.remove(vanished.slice(from, from + PAGE));
  }
  return vanished.length;
}
