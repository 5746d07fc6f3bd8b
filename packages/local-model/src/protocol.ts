import type { VecinoError } from 'vecino/errors';

/** What the calling thread and a thread of a model say to each other. */

/** Asks something, says that an answer is not wanted any more, or asks the thread to end between two runs of the model. */
export type ModelRequest<Question> =
  | { readonly call: number; readonly question: Question }
  | { readonly cancel: number }
  | { readonly end: true };

/**
 * An answer, or what is wrong with the question. Whatever else goes wrong in the model's thread ends it, and all calls
 * under way with it.
 */
export type ModelAnswer<Answer> = { readonly call: number } & (
  | { readonly answer: Answer }
  | { readonly refusal: Refusal }
);

/** The parts of an error. */
export type Refusal = Pick<VecinoError, 'code' | 'message' | 'details'>;
