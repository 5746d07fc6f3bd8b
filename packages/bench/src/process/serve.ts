import { readBase, readRecords } from '../datasets/prepared.ts';
import { EventLoopWatch } from '../measure/event-loop.ts';
import type { NodePeer, PeerName } from '../peers/peer.ts';
import { throttled } from '../progress.ts';
import type { BuildReply, FromPeer, Replies, Request } from './messages.ts';
import { SearchSession } from './search-session.ts';

/** Finds an engine that this process can run. */
type PeerOf = (name: PeerName) => NodePeer;

let session: SearchSession | undefined;

/** Makes this the process of one engine: it does what the bench asks, one request after another. */
export function servePeers(peerOf: PeerOf): void {
  process.on('message', (request: Request) => {
    answer(request, peerOf).then(
      (value) => tell({ kind: 'reply', value }),
      (error: unknown) => tell({ kind: 'error', message: describeError(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

async function answer(request: Request, peerOf: PeerOf): Promise<Replies[Request['kind']]> {
  switch (request.kind) {
    case 'build':
      return build(request, peerOf(request.peer));
    case 'open':
      session = await SearchSession.open(request, peerOf(request.peer));
      return session.opened;
    case 'answer':
      return opened().answer(request);
    case 'time':
      return opened().time(request);
    case 'scan':
      return opened().scan(request.k, request.secondsMin);
    case 'idle': {
      const watch = new EventLoopWatch();
      await watch.start();
      await new Promise((resolve) => setTimeout(resolve, request.seconds * 1000));
      return watch.stop();
    }
    case 'memory':
      return opened().memory();
    case 'close':
      await opened().close();
      return null;
  }
}

async function build(request: Extract<Request, { kind: 'build' }>, peer: NodePeer): Promise<BuildReply> {
  const base = readBase(request.dataset);
  const records = readRecords(request.dataset);
  const progress = throttled((message) => {
    tell({ kind: 'progress', message: `${request.peer}: ${message}` });
  }, 5_000);
  const { metric, dimension, parameters, folder } = request;
  // Loads the engine's code before the clocks start, as in `SearchSession.open`.
  await peer.absence();
  const watch = new EventLoopWatch();
  await watch.start();
  const figures = await peer.build({
    metric,
    dimension,
    base,
    records,
    parameters,
    folder,
    progress,
  });
  return { ...figures, eventLoop: await watch.stop() };
}

function opened(): SearchSession {
  if (!session) throw new Error('the bench asked for a search before it asked to open an index');
  return session;
}

function tell(message: FromPeer): void {
  process.send?.(message);
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
