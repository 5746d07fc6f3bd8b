import type { JsonObject } from '../api/metadata.ts';
import { readPath } from '../filter/path.ts';

/** Reads the texts of a record that are indexed: its document, and what metadata has at some paths. */
export type RecordTexts = (document: string | null, metadata: string) => string[];

/** The name by which the document is a field beside paths of metadata. */
export const DOCUMENT = 'document';

/** Paths mean what they mean to filters. A text is indexed, and each text of an array; anything else is not. */
export function readTexts(fields: readonly string[]): RecordTexts {
  const withDocument = fields.includes(DOCUMENT);
  const paths = fields.filter((field) => field !== DOCUMENT).map(readPath);
  return (document, metadata) => {
    const texts = withDocument && document !== null ? [document] : [];
    if (paths.length === 0) return texts;
    const parsed = JSON.parse(metadata) as JsonObject;
    for (const read of paths) {
      const value = read(parsed);
      for (const text of Array.isArray(value) ? value : [value])
        if (typeof text === 'string') texts.push(text);
    }
    return texts;
  };
}
