import type { LocalModelOptions } from '@vecino/local-model';

/** A thread has a copy of the model of about 200 MB. */
export type MiniLmOptions = LocalModelOptions;
