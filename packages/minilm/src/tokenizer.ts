import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { modelFile } from './model-file.ts';

/** What the model was trained with; the text beyond does not count. */
const TOKENS_MAX = 256;
/** Without the two that frame every text. */
export const TEXT_TOKENS_MAX = TOKENS_MAX - 2;
/** Ends every text, a cut one too. */
const SEPARATOR = 102;

/**
 * A long text is not tokenised as a whole, because at most its first 256 tokens count: a prefix is, and four
 * times as much of it until it has tokens enough. The cut itself may harm the last word of the prefix. A word
 * of more than 100 characters is a single unknown token and a shorter one at most 100 tokens, so that the
 * first 256 of 356 tokens are right.
 */
const PREFIX_CHARACTERS = 4_096;
const WORD_TOKENS_MAX = 100;

/** What the model is given of a text. */
export interface TokenizedText {
  /** At most 256, the framing [CLS] and [SEP] included. */
  readonly ids: readonly number[];
  /** Tokens beyond these; estimated from the length where the text was not tokenised to its end. */
  readonly cut: number;
}

export function loadTokenizer(): (text: string) => TokenizedText {
  const tokenizer = readTokenizer();
  return (text) => {
    let { ids } = tokenizer.encode(text.slice(0, PREFIX_CHARACTERS));
    let length = PREFIX_CHARACTERS;
    while (length < text.length && ids.length < TOKENS_MAX + WORD_TOKENS_MAX) {
      length *= 4;
      ({ ids } = tokenizer.encode(text.slice(0, length)));
    }
    if (ids.length <= TOKENS_MAX) return { ids, cut: 0 };
    const whole = Math.round(ids.length * Math.max(1, text.length / length));
    return { ids: [...ids.slice(0, TOKENS_MAX - 1), SEPARATOR], cut: whole - TOKENS_MAX };
  };
}

/** Answers a function from a text to how many tokens it has as a whole, without the framing. */
export function loadTokenCounter(): (text: string) => number {
  const tokenizer = readTokenizer();
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length;
}

function readTokenizer(): Tokenizer {
  const read = (name: string) => JSON.parse(readFileSync(modelFile(name), 'utf8')) as object;
  return new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
}
