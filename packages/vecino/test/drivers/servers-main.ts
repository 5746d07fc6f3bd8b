/**
 * Starts real servers on this machine, for tests and benches by hand: a Redis cluster of three masters, and Chroma.
 * Prints what to put into the environment, and ends them when it is ended.
 *
 * `npm run servers -- redis chroma`
 */
import { once } from 'node:events';
import { chromaAt } from './chroma-engine.ts';
import { redisRoot, startRedis } from './redis-nodes.ts';

interface Server {
  /** What goes into the environment. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const MASTERS = 3;

const SERVERS: Readonly<Record<string, () => Promise<Server>>> = {
  redis: async () => {
    const { address, stop } = await startRedis(await redisRoot(), MASTERS);
    return { variables: { VECINO_REDIS_URL: address, VECINO_BENCH_REDIS: address }, stop };
  },
  chroma: async () => {
    const { address, stop } = await chromaAt(undefined);
    const http = address.replace('chroma:', 'http:');
    return { variables: { VECINO_CHROMA_URL: address, VECINO_BENCH_CHROMA: http }, stop };
  },
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SERVERS);
const unknown = wanted.find((name) => !(name in SERVERS));
if (unknown !== undefined) {
  process.stderr.write(`there is no server "${unknown}"; expected ${Object.keys(SERVERS).join(', ')}\n`);
  process.exit(2);
}

const running: Server[] = [];
try {
  for (const name of wanted) {
    const server = await SERVERS[name]?.();
    if (!server) continue;
    running.push(server);
    for (const [variable, value] of Object.entries(server.variables))
      process.stdout.write(`export ${variable}=${value}\n`);
  }
  // Servers run on while this process does.
  const forever = setInterval(() => undefined, 2 ** 30);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(forever);
} finally {
  for (const { stop } of running) await stop();
}
