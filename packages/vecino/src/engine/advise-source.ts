import type { VectorSource } from '../advisor/source.ts';
import type { Advice, AdviseOptions } from '../api/advice.ts';
import { openWorkshop } from './database.ts';

/** Advice on vectors that are in no collection. */
export async function adviseSource(
  source: VectorSource,
  options: AdviseOptions,
  threads: number,
): Promise<Advice> {
  const { advise } = await import('../advisor/advise.ts');
  return advise(source, options, { threads, open: () => openWorkshop(threads) });
}
