import type { Nodes, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as plainText } from 'mdast-util-to-string';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import type { Block, BlockKind, Reading } from './reading.ts';

/** Markdown of GitHub's kind, quoted as it stands: marks tell a reader, and a model, what is code and what is said. */
export function readMarkdown(text: string): Reading {
  const root = fromMarkdown(text, {
    extensions: [gfm(), frontmatter()],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown()],
  });
  const blocks = root.children.flatMap(blocksOf);
  const title = titleIn(root.children[0]);
  return { text, blocks, ...(title !== undefined && { title }) };
}

function blocksOf(node: RootContent): Block[] {
  switch (node.type) {
    case 'heading':
      return [{ ...block('heading', node), level: node.depth, title: plainText(node) }];
    case 'code':
      return [block('code', node)];
    case 'table':
      return [block('table', node)];
    case 'paragraph':
    case 'listItem':
    case 'footnoteDefinition':
      return [block('paragraph', node)];
    case 'list':
    case 'blockquote':
      return node.children.flatMap(blocksOf);
    case 'html':
      return /^\s*<!--/.test(node.value) ? [] : [block('paragraph', node)];
    default:
      // Rules, definitions of links and front matter say nothing that one would look for.
      return [];
  }
}

function block(kind: BlockKind, { position }: Nodes): Block {
  const { start, end } = position ?? {};
  return { kind, start: start?.offset ?? 0, end: end?.offset ?? 0 };
}

/** The title in YAML front matter, where it is written in one line. */
function titleIn(first: RootContent | undefined): string | undefined {
  if (first?.type !== 'yaml') return undefined;
  return /^title:\s*(["']?)(.+?)\1\s*$/m.exec(first.value)?.[2];
}
