import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { type DebianRoot, debianRoot } from './debian-root.ts';

/** The hash slots of a cluster. */
const SLOTS = 16_384;

/** Everything that is acknowledged is on disk. */
const SETTINGS = {
  appendfsync: 'always',
  appendonly: 'yes',
  bind: '127.0.0.1',
  // A node that is away takes its own slots along and no others.
  'cluster-require-full-coverage': 'no',
  'cluster-node-timeout': '2000',
  save: '',
} as const;

/** What the servers ask for, so that all that the tests do is done with a password. */
const PASSWORD = 'rosebud8';

/** A server that tests may stop and start again. */
export interface RedisNode {
  readonly port: number;
  readonly pid: number | undefined;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** What it answers to a command. */
  ask(...args: string[]): Promise<unknown>;
}

export interface RedisNodes {
  readonly address: string;
  readonly nodes: readonly RedisNode[];
  stop(): Promise<void>;
}

/** Where Redis 8 is on this machine; it is unpacked when it is asked for first. */
export function redisRoot(): Promise<DebianRoot> {
  return debianRoot(['redis-tools', 'libc6']);
}

/** One server, or a cluster of so many masters. */
export async function startRedis(root: DebianRoot, masters: number): Promise<RedisNodes> {
  const folder = await mkdtemp(join(tmpdir(), 'vecino-redis-'));
  const ports = await freePorts(2 * masters);
  const nodes = Array.from({ length: masters }, (_, i) => {
    const [port = 0, bus = 0] = ports.slice(2 * i);
    const settings = {
      ...SETTINGS,
      dir: folder,
      appenddirname: `log-${i}`,
      port: `${port}`,
      requirepass: PASSWORD,
      masterauth: PASSWORD,
      ...(masters > 1 && {
        'cluster-enabled': 'yes',
        'cluster-config-file': `nodes-${i}.conf`,
        'cluster-port': `${bus}`,
      }),
    };
    return nodeOf(root, port, settings);
  });
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    if (masters > 1) await joinCluster(nodes, ports);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `redis://:${PASSWORD}@127.0.0.1:${nodes[0]?.port}`, nodes, stop };
}

function nodeOf(root: DebianRoot, port: number, settings: Readonly<Record<string, string>>): RedisNode {
  // Debian's redis-server is this very program under another name.
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const { file, args } = root.command('usr/bin/redis-check-rdb', flags, 'redis-server');
  let child: ChildProcess | undefined;
  const end = () => child?.kill('SIGKILL');
  return {
    port,
    get pid() {
      return child?.pid;
    },
    start: async () => {
      child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      process.once('exit', end);
      await readiness(child);
    },
    kill: async () => {
      const running = child;
      child = undefined;
      process.off('exit', end);
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = Promise.withResolvers<void>();
      running.once('exit', () => ended.resolve());
      running.kill('SIGKILL');
      await ended.promise;
    },
    ask: async (...command) => {
      const client = createClient({ url: `redis://:${PASSWORD}@127.0.0.1:${port}`, RESP: 2 });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return await client.sendCommand(command);
      } finally {
        client.destroy();
      }
    },
  };
}

/** Resolves when the server says that it takes connections. */
async function readiness(child: ChildProcess): Promise<void> {
  const ready = Promise.withResolvers<void>();
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    said = `${said}${bytes}`.slice(-4_096);
    if (said.includes('Ready to accept connections')) ready.resolve();
  });
  child.once('error', ready.reject);
  child.once('exit', () => ready.reject(new Error(`Redis has ended: ${said}`)));
  await ready.promise;
}

/** Makes a cluster of servers: each has an equal part of the slots, and all know each other. */
async function joinCluster(nodes: readonly RedisNode[], ports: readonly number[]): Promise<void> {
  const share = SLOTS / nodes.length;
  for (const [i, node] of nodes.entries()) {
    await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', `${i + 1}`);
    const [first, last] = [Math.ceil(i * share), Math.ceil((i + 1) * share) - 1];
    await node.ask('CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${last}`);
    if (i > 0) await node.ask('CLUSTER', 'MEET', '127.0.0.1', `${nodes[0]?.port}`, `${ports[1]}`);
  }
  // Servers tell each other of themselves some times a second.
  for (const node of nodes) {
    for (;;) {
      const info = String(await node.ask('CLUSTER', 'INFO'));
      if (info.includes('cluster_state:ok') && info.includes(`cluster_size:${nodes.length}`)) break;
      await pause(20);
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      const listening = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', () => listening.resolve());
      await listening.promise;
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
