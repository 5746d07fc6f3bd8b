import {
  FULL_TEXT_FIELDS_MAX,
  FULL_TEXT_OPTIONS,
  type FullTextLanguage,
  type FullTextOptions,
} from '../api/full-text.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted, readOptions } from '../base/options.ts';
import type { FullTextSettings, Store, StoredCollection } from '../storage/store.ts';
import { ANALYSIS_VERSION } from '../text/analyzer.ts';
import { DOCUMENT } from '../text/record-texts.ts';

/** The wish for an index of texts: what is undefined was not named. */
export interface ReadFullText {
  readonly language: FullTextLanguage | undefined;
  readonly fields: readonly string[] | undefined;
  readonly onProgress: NonNullable<FullTextOptions['onProgress']>;
}

export function readFullText(thing: string, input: unknown): ReadFullText {
  if (input === true) return { language: undefined, fields: undefined, onProgress: () => undefined };
  if (typeof input !== 'object' || input === null) {
    const received = describeValue(input);
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: fullText is ${received}, expected true or an object of ${Object.keys(FULL_TEXT_OPTIONS).join(', ')}; leave it out where texts are not searched`,
      { details: { option: 'fullText', expected: 'true or an object', received } },
    );
  }
  const given = input as FullTextOptions;
  const { fields, onProgress = () => undefined } = readOptions<FullTextOptions>(
    `${thing}: fullText`,
    FULL_TEXT_OPTIONS,
    given,
  );
  if (typeof onProgress !== 'function') {
    throw invalid(thing, 'onProgress', describeValue(onProgress), 'a function');
  }
  return {
    language: given.language,
    fields: fields === undefined ? undefined : readFields(thing, fields),
    onProgress,
  };
}

/** The settings of a new index. */
export function settingsOf({ language, fields }: ReadFullText): FullTextSettings {
  return {
    language: language ?? FULL_TEXT_OPTIONS.language.default,
    fields: fields ?? [DOCUMENT],
    analysis: ANALYSIS_VERSION,
  };
}

/**
 * Makes the index of texts that a collection is opened with and lacks, or one that another version of the analysis
 * has made. Answers the collection as it is then.
 */
export async function withFullText(
  store: Store,
  stored: StoredCollection,
  read: ReadFullText | undefined,
): Promise<StoredCollection> {
  const present = stored.fullText;
  const isCurrent = present ? present.analysis === ANALYSIS_VERSION : read === undefined;
  if (isCurrent) return stored;
  if (!store.writer) {
    // Whoever does not ask for it can do without; an old analysis finds less than it should, but nothing wrong.
    if (present || read === undefined) return stored;
    throw new VecinoError(
      'STORE_READ_ONLY',
      `collection "${stored.name}": its texts are not indexed, and the database was opened for reading only; open it once without \`readOnly\`, with \`{ fullText: true }\``,
    );
  }
  const fullText = present ? { ...present, analysis: ANALYSIS_VERSION } : settingsOf(read as ReadFullText);
  await store.writer.setFullText(stored.id, fullText, read?.onProgress ?? (() => undefined));
  return { ...stored, fullText };
}

function readFields(thing: string, fields: unknown): readonly string[] {
  const expected = `an array of 1 to ${FULL_TEXT_FIELDS_MAX} different names, "document" or paths of metadata, keys joined by single dots`;
  if (!Array.isArray(fields)) throw invalid(thing, 'fields', describeValue(fields), expected);
  for (const field of fields as unknown[]) {
    if (typeof field === 'string' && isPath(field)) continue;
    const received = typeof field === 'string' && field !== '' ? quoted(field) : describeValue(field);
    throw invalid(thing, 'fields', `an array with ${received}`, expected);
  }
  const isTwice = new Set(fields).size < fields.length;
  if (isTwice || fields.length === 0 || fields.length > FULL_TEXT_FIELDS_MAX) {
    const received = isTwice ? 'an array with a name twice' : describeValue(fields);
    throw invalid(thing, 'fields', received, expected);
  }
  return [...(fields as string[])];
}

/** Whether a filter could name this path as well. */
function isPath(path: string): boolean {
  return path.isWellFormed() && !path.startsWith('$') && !path.split('.').includes('');
}

function invalid(thing: string, part: string, received: string, expected: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: fullText.${part} is ${received}, expected ${expected}`,
    {
      details: { option: `fullText.${part}`, expected, received },
    },
  );
}
