import type { Block, Reading } from './reading.ts';

/** Plain text: what empty lines part are its paragraphs. */
export function readPlain(text: string): Reading {
  return { text, blocks: betweenEmptyLines(text, 'paragraph') };
}

/**
 * Source code, whatever its language: an empty line ends a block where the next line is not indented, so that a
 * function stays with its body. Comments stay with what follows them.
 */
export function readCode(text: string): Reading {
  const blocks: Block[] = [];
  for (const block of betweenEmptyLines(text, 'code')) {
    const before = blocks.at(-1);
    const lineStart = text.lastIndexOf('\n', block.start - 1) + 1;
    const isIndented = lineStart < block.start;
    const isClosing = /^[})\]]/.test(text.slice(block.start, block.start + 1));
    if (before !== undefined && (isIndented || isClosing))
      blocks[blocks.length - 1] = { ...before, end: block.end };
    else blocks.push(block);
  }
  return { text, blocks };
}

function betweenEmptyLines(text: string, kind: 'paragraph' | 'code'): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const { 0: line, index } of text.matchAll(/[^\n]+|\n(?=\n)/g)) {
    const words = line.trim();
    const before = blocks.at(-1);
    const end = index + line.trimEnd().length;
    if (words !== '' && isOpen && before !== undefined) blocks[blocks.length - 1] = { ...before, end };
    else if (words !== '') blocks.push({ kind, start: end - words.length, end });
    isOpen = words !== '';
  }
  return blocks;
}
