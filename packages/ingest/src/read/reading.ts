/** What a piece of a text is, which decides how it is cut where it is too long. */
export type BlockKind = 'heading' | 'paragraph' | 'code' | 'table' | 'row';

/** A piece of a text that belongs together. */
export interface Block {
  readonly kind: BlockKind;
  /** Where it begins in the text of the reading, in UTF-16 code units, and where it ends. */
  readonly start: number;
  readonly end: number;
  /** Of a heading: 1 to 6, and its words without marks. */
  readonly level?: number;
  readonly title?: string;
  /** The page that it is on, from 1, where the format has pages. */
  readonly page?: number;
  /** The row of a table of data, from 1, its header not counted. */
  readonly row?: number;
}

/**
 * A source as it was understood. The blocks lie in `text` in ascending order and do not overlap; between them is
 * what nobody looks for (white space, front matter, comments).
 */
export interface Reading {
  /** The source itself where it is text that can be read as it stands, otherwise what was extracted from it. */
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The name that the source gives itself, such as that of a page. */
  readonly title?: string;
}
