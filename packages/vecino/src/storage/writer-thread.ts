import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import { Checkpoints } from './checkpoints.ts';
import { openForWriting } from './open-for-writing.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { StoreFolder } from './store-folder.ts';
import {
  carry,
  OPENED,
  type WriterCall,
  type WriterReply,
  type WriterRequest,
  type WriterThreadData,
} from './writer-messages.ts';

/**
 * The thread that writes: commits, syncs and checkpoints wait for the disk here, so that the caller's event
 * loop does not. It handles one call after another and replies in the same order.
 */
const port = present(parentPort, 'the port to the thread that opened the store');
const data = workerData as WriterThreadData;
const folder = new StoreFolder(data.folder);

function reply(message: WriterReply): void {
  port.postMessage(message);
}

function serve(): void {
  const connection = openForWriting(folder.database, data.pagesMax);
  const writer = new SqliteWriter(connection, data.removalsKept);
  const checkpoints = new Checkpoints(connection, folder.log, (error) =>
    reply({ kind: 'checkpointFailed', error: carry(error) }),
  );
  port.on('message', ({ id, call }: WriterRequest) => {
    try {
      reply({ kind: 'done', id, value: answer(call) });
    } catch (error) {
      reply({ kind: 'failed', id, error: carry(error) });
    }
    if (call.kind === 'close') port.close();
    else if (writer.inBatch) checkpoints.transactionBegan();
    else checkpoints.transactionEnded();
  });

  function answer(call: WriterCall): unknown {
    switch (call.kind) {
      case 'createCollection':
        return writer.createCollection(call.collection);
      case 'dropCollection':
        writer.dropCollection(call.collection);
        folder.removeSnapshots(call.collection);
        return undefined;
      case 'setIndexOptions':
        return writer.setIndexOptions(call.collection, call.field, call.index);
      case 'forgetRemovals':
        return writer.forgetRemovals(call.collection, call.seq);
      case 'beginFullText':
        return writer.beginFullText(call.collection, call.settings);
      case 'fillFullText':
        return writer.fillFullText();
      case 'optimizeFullText':
        return writer.optimizeFullText(call.collection);
      case 'keepEmbeddings':
        return writer.keepEmbeddings(call.embeddings);
      case 'changeVectorSets':
        return writer.changeVectorSets(call.change);
      case 'reclaim':
        writer.reclaim();
        return checkpoints.empty();
      case 'begin':
        return writer.begin(call.head);
      case 'append':
        return writer.append(call.slice);
      case 'commit':
        return writer.commit();
      case 'close':
        writer.rollback();
        checkpoints.empty();
        return writer.close();
    }
  }
}

try {
  serve();
  reply({ kind: 'done', id: OPENED, value: undefined });
} catch (error) {
  reply({ kind: 'failed', id: OPENED, error: carry(error) });
  port.close();
}
