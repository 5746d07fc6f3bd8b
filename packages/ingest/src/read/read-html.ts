import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { ExtractedText } from './extracted-text.ts';
import type { BlockKind, Reading } from './reading.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** What is no text of the page: programs, drawings, what is filled in, and what is on every page of a site. */
const PASSED_OVER = new Set(
  'script style noscript template svg canvas iframe object select button input textarea nav footer head'.split(
    ' ',
  ),
);
const BLOCKS = new Set(
  'address article aside blockquote body caption dd details div dl dt fieldset figcaption figure form header hr html li main ol p section summary td th ul'.split(
    ' ',
  ),
);
const HEADING = /^h([1-6])$/;

/** The text of a page; the part that says of itself to be the main one, where there is such a part. */
export function readHtml(text: string): Reading {
  const document = parse(text);
  const title = find(document.childNodes, (element) => element.tagName === 'title');
  const main = find(document.childNodes, isMain);
  const reader = new PageReader();
  reader.readAll(main === undefined ? document.childNodes : [main]);
  reader.endParagraph();
  return reader.out.reading(title && oneLine(textOf(title.childNodes)));
}

/** Goes through the elements of a page and collects the words between two that begin or end a block. */
class PageReader {
  readonly out = new ExtractedText();
  private words = '';

  readAll(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node.nodeName === '#text') this.words += (node as DefaultTreeAdapterTypes.TextNode).value;
      else if ('tagName' in node) this.readElement(node);
    }
  }

  endParagraph(): void {
    this.end(oneLine(this.words), 'paragraph');
  }

  private readElement(element: Element): void {
    const { tagName, childNodes } = element;
    const level = HEADING.exec(tagName)?.[1];
    if (PASSED_OVER.has(tagName) || hasAttribute(element, 'hidden')) return;
    if (level !== undefined) {
      const title = oneLine(textOf(childNodes));
      this.endParagraph();
      this.out.add(title, { kind: 'heading', level: Number(level), title });
    } else if (tagName === 'pre') {
      this.endParagraph();
      this.end(textOf(childNodes).replace(/^\n/, '').trimEnd(), 'code');
    } else if (tagName === 'table') {
      this.endParagraph();
      this.end(tableText(element), 'table');
    } else if (tagName === 'br') {
      this.words += ' ';
    } else if (BLOCKS.has(tagName)) {
      this.endParagraph();
      if (tagName === 'li') this.words = '- ';
      this.readAll(childNodes);
      if (this.words === '- ') this.words = '';
      this.endParagraph();
    } else {
      this.readAll(childNodes);
    }
  }

  private end(text: string, kind: BlockKind): void {
    this.words = '';
    this.out.add(text, { kind });
  }
}

/** A line for each row, cells with bars between. */
function tableText(table: Element): string {
  const rows: string[] = [];
  const visit = (element: Element): void => {
    for (const child of element.childNodes) {
      if (!('tagName' in child)) continue;
      if (child.tagName === 'tr') rows.push(cellsOf(child).join(' | '));
      else visit(child);
    }
  };
  visit(table);
  return rows.filter((row) => row.trim() !== '').join('\n');
}

function cellsOf(row: Element): string[] {
  return row.childNodes.flatMap((cell) => ('tagName' in cell ? [oneLine(textOf(cell.childNodes))] : []));
}

function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
      if (!('tagName' in node)) return '';
      if (node.tagName === 'br') return '\n';
      return node.tagName === 'script' || node.tagName === 'style' ? '' : textOf(node.childNodes);
    })
    .join('');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isMain(element: Element): boolean {
  return element.tagName === 'main' || hasAttribute(element, 'role', 'main');
}

function hasAttribute({ attrs }: Element, name: string, value?: string): boolean {
  return attrs.some(
    (attribute) => attribute.name === name && (value === undefined || attribute.value === value),
  );
}

/** The first element in the order of the page for which the test holds. */
function find(nodes: readonly Node[], test: (element: Element) => boolean): Element | undefined {
  for (const node of nodes) {
    if (!('tagName' in node)) continue;
    const found = test(node) ? node : find(node.childNodes, test);
    if (found !== undefined) return found;
  }
  return undefined;
}
