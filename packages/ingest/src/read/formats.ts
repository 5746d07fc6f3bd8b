import { extname } from 'node:path';
import { VecinoError } from 'vecino/errors';
import { decodeText } from './decode-text.ts';
import { readMarkdown } from './read-markdown.ts';
import { readCode, readPlain } from './read-plain.ts';
import type { Reading } from './reading.ts';

type Read = (bytes: Uint8Array) => Reading | Promise<Reading>;

/** How a format is read. Parsers are loaded with the first source of their format. */
const READERS = {
  text: (bytes) => readPlain(decodeText(bytes)),
  markdown: (bytes) => readMarkdown(decodeText(bytes)),
  code: (bytes) => readCode(decodeText(bytes)),
  html: async (bytes) => (await import('./read-html.ts')).readHtml(decodeText(bytes)),
  pdf: async (bytes) => (await import('./read-pdf.ts')).readPdf(bytes),
  docx: async (bytes) => (await import('./read-docx.ts')).readDocx(requireZip(bytes)),
  csv: async (bytes) => (await import('./read-rows.ts')).readCsv(decodeText(bytes)),
  jsonl: async (bytes) => (await import('./read-rows.ts')).readJsonl(decodeText(bytes)),
} as const satisfies Record<string, Read>;

export type Format = keyof typeof READERS;

const EXTENSIONS: Readonly<Record<Format, string>> = {
  text: 'txt text log rst adoc asciidoc org tex me srt vtt',
  markdown: 'md markdown mdx mkd',
  html: 'html htm xhtml',
  pdf: 'pdf',
  docx: 'docx',
  csv: 'csv tsv',
  jsonl: 'jsonl ndjson',
  code:
    'ts tsx mts cts js jsx mjs cjs py rb rs go java kt kts scala c h cc cpp cxx hpp cs fs swift m mm php pl lua r jl ' +
    'dart ex exs erl hs ml clj el lisp vim sh bash zsh fish ps1 sql proto graphql css scss less vue svelte yaml yml ' +
    'toml ini cmake nix zig asm s',
};

const FORMATS = new Map(
  Object.entries(EXTENSIONS).flatMap(([format, names]) =>
    names.split(' ').map((name): [string, Format] => [`.${name}`, format as Format]),
  ),
);

/** Files without an extension that people write texts in. */
const TEXT_NAMES =
  /^(readme|license|licence|copying|changelog|changes|notice|authors|contributing|todo|news)$/i;

/** The format of a file by its name; undefined where it is none that is read. */
export function formatOf(path: string): Format | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return TEXT_NAMES.test(name) ? 'text' : FORMATS.get(extname(name).toLowerCase());
}

/** All extensions that are read, with their dots. */
export function knownExtensions(): string[] {
  return [...FORMATS.keys()];
}

/**
 * Reads a source of a format.
 *
 * @throws INPUT_MALFORMED where it is not what its format says: the message says what it is instead
 */
export async function readBytes(bytes: Uint8Array, format: Format): Promise<Reading> {
  try {
    return await READERS[format](bytes);
  } catch (cause) {
    if (cause instanceof VecinoError) throw cause;
    throw new VecinoError('INPUT_MALFORMED', `it is no ${format}, or damaged`, { cause });
  }
}

/** A document of Word is a zip archive; one with a password is something else with the same extension. */
function requireZip(bytes: Uint8Array): Uint8Array {
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) return bytes;
  const isOle = first === 0xd0 && second === 0xcf;
  const why = isOle ? 'it needs a password, or is of Word before 2007' : 'it is no DOCX, or a damaged one';
  throw new VecinoError('INPUT_MALFORMED', why);
}
