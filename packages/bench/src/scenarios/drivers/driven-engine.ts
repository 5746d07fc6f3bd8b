import type { OpenOptions } from 'vecino';
import type { Data } from '../data.ts';

/** An engine that Vecino drives and that its own client can be asked beside. */
export interface DrivenEngine {
  readonly name: string;
  /** Why it cannot be had here, or not for these data, in words that say what to do; undefined where it can. */
  absence(data: Pick<Data, 'metric'>): Promise<string | undefined>;
  start(): Promise<RunningEngine>;
}

export interface RunningEngine {
  /** What `open` takes. */
  readonly address: string;
  readonly options: OpenOptions;
  /** What it is, for the report: `PostgreSQL 17.2, in this process`. */
  readonly about: string;
  /** The engine's own client, connected, and asking what the driver has stored: the same records and the same index. */
  raw(collection: string, data: Data): Promise<RawClient>;
  /** Ends what was started, and removes what was stored. */
  stop(): Promise<void>;
}

/** The engine's client as its documentation shows it, without a driver of ours. */
export interface RawClient {
  /** The ids of the k nearest, whose documents and metadata are read too. */
  search(vector: Float32Array, k: number): Promise<string[]>;
  close(): Promise<void>;
}
