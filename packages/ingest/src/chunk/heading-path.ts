import type { Block, Reading } from '../read/reading.ts';

/** A block, and the headings that it stands under. */
export interface PlacedBlock {
  readonly block: Block;
  /** From the outermost to the nearest; of a heading, itself the last. */
  readonly path: readonly string[];
  /** The headings above it: the path, without itself where it is a heading. */
  readonly above: readonly string[];
}

/**
 * Finds for each block the headings that it stands under.
 *
 * @param name what stands in the place of headings where there are none: what the text is called
 */
export function placeBlocks({ blocks, title }: Reading, name: string): PlacedBlock[] {
  const open: Block[] = [];
  const fallback = [title ?? name];
  const pathOf = () => (open.length === 0 ? fallback : open.map((heading) => heading.title ?? ''));
  return blocks.map((block) => {
    if (block.kind !== 'heading') return { block, path: pathOf(), above: pathOf() };
    while (levelOf(open.at(-1)) >= levelOf(block)) open.pop();
    const above = open.length === 0 && title === block.title ? [] : pathOf();
    open.push(block);
    return { block, path: pathOf(), above };
  });
}

function levelOf(heading: Block | undefined): number {
  return heading?.level ?? 0;
}
