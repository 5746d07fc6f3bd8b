import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import type { CheckReply, CheckThreadData } from './check-messages.ts';
import { ReadConnection } from './read-connection.ts';
import { checkStore } from './store-check.ts';
import { carry } from './writer-messages.ts';

/** The thread that checks a store: SQLite's own check reads the whole file and cannot be cut into slices. */
const port = present(parentPort, 'the port to the thread that asked for a check');
const { file } = workerData as CheckThreadData;

function check(): CheckReply {
  try {
    const source = new ReadConnection(file);
    try {
      return { problems: checkStore(source.current()) };
    } finally {
      source.close();
    }
  } catch (error) {
    return { error: carry(error) };
  }
}

port.postMessage(check());
