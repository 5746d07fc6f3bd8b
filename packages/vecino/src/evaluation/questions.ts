import type { Metadata } from '../api/metadata.ts';
import type { Hit } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';

/** A place in a source: the whole of it, or what lies between two offsets. */
export interface Place {
  /** `source` of the metadata, as `@vecino/ingest` gives it. */
  readonly source: string;
  /** Offsets into the text of the source, in UTF-16 code units; both or none. */
  readonly start?: number;
  readonly end?: number;
}

/** A question, and what answers it. */
export interface Question {
  readonly question: string;
  /** Ids of records, or places of their sources, which hold for passages of any size. At least one. */
  readonly relevant: readonly (string | Place)[];
}

/** Of two passages that overlap, this share of the shorter one must be in the other to count as found. */
const OVERLAP_SHARE_MIN = 0.5;

/**
 * Reads questions from JSONL: `{"question":"…","relevant":["id", {"source":"a.md"}, {"source":"a.md","start":0,"end":90}]}`
 * on each line.
 *
 * @throws INPUT_MALFORMED with the line, and where there is no question at all
 */
export function readQuestions(name: string, text: string): Question[] {
  const lines = text.split('\n');
  const questions = lines.flatMap((line, i) => (line.trim() === '' ? [] : [readQuestion(name, line, i + 1)]));
  if (questions.length === 0) throw malformed(name, 1, 'there is no question in it');
  return questions;
}

function readQuestion(name: string, line: string, number: number): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw malformed(name, number, 'it is not JSON');
  }
  if (!isQuestion(value)) {
    const expected = '{"question":"…","relevant":["id",{"source":"…","start":0,"end":90}]}';
    throw malformed(name, number, `expected ${expected}, with one relevant at least`);
  }
  return value;
}

function isQuestion(value: unknown): value is Question {
  const { question, relevant } = (value ?? {}) as Partial<Record<keyof Question, unknown>>;
  const isText = typeof question === 'string' && question.trim() !== '';
  return isText && Array.isArray(relevant) && relevant.length > 0 && relevant.every(isRelevant);
}

function isRelevant(value: unknown): boolean {
  if (typeof value === 'string') return true;
  const { source, start, end } = (value ?? {}) as Partial<Record<keyof Place, unknown>>;
  const isWhole = start === undefined && end === undefined;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && Number(start) < Number(end);
  return typeof source === 'string' && (isWhole || isRange);
}

function malformed(file: string, line: number, why: string): VecinoError {
  return new VecinoError('INPUT_MALFORMED', `${file}: line ${line}: ${why}`, { details: { file, line } });
}

/** Whether a hit is what is relevant: has the id, or lies at the place. */
export function isFound<M extends Metadata>({ id, metadata }: Hit<M>, relevant: string | Place): boolean {
  if (typeof relevant === 'string') return id === relevant;
  const known = new Map<string, unknown>(Object.entries(metadata ?? {}));
  if (known.get('source') !== relevant.source) return false;
  if (relevant.start === undefined || relevant.end === undefined) return true;
  const [start, end] = [Number(known.get('start')), Number(known.get('end'))];
  const shared = Math.min(end, relevant.end) - Math.max(start, relevant.start);
  return shared >= OVERLAP_SHARE_MIN * Math.min(end - start, relevant.end - relevant.start);
}
