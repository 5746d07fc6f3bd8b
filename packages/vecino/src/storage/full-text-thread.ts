import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import type { FullTextReply, FullTextRequest, FullTextThreadData } from './full-text-messages.ts';
import { searchFullText } from './full-text-search.ts';
import { ReadConnection } from './read-connection.ts';
import { carry } from './writer-messages.ts';

/** A thread that searches texts: common words are in many records, and the caller's event loop need not wait. */
const port = present(parentPort, 'the port to the thread that asked for a search');
const { file } = workerData as FullTextThreadData;
let source: ReadConnection | undefined;

port.on('message', ({ id, search }: FullTextRequest) => {
  let reply: FullTextReply;
  try {
    source ??= new ReadConnection(file);
    const connection = source.current();
    reply = { id, found: connection.transaction('BEGIN', () => searchFullText(connection, search)) };
  } catch (error) {
    reply = { id, error: carry(error) };
  }
  port.postMessage(reply);
});
