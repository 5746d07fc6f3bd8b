import type { Block, Reading } from './reading.ts';

/** Between two blocks of extracted text, as paragraphs are told apart in plain text. */
const BETWEEN = '\n\n';

/** Text that is extracted from a source block by block, for formats whose bytes are no text that one would quote. */
export class ExtractedText {
  private readonly parts: string[] = [];
  private readonly blocks: Block[] = [];
  private length = 0;

  /** Adds a block, unless there is nothing in it but white space. */
  add(text: string, block: Omit<Block, 'start' | 'end'>): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    if (this.parts.length > 0) this.append(BETWEEN);
    const start = this.length;
    this.append(trimmed);
    this.blocks.push({ ...block, start, end: this.length });
  }

  get isEmpty(): boolean {
    return this.blocks.length === 0;
  }

  reading(title?: string): Reading {
    return { text: this.parts.join(''), blocks: this.blocks, ...(title && { title }) };
  }

  private append(text: string): void {
    this.parts.push(text);
    this.length += text.length;
  }
}
