import type { Link, Place, RedisClient, RedisCluster, RedisModule, RedisNode } from './connections.ts';

/** The longest pause before a lost connection is opened again. */
const RECONNECT_MS_MAX = 500;

/** Where a server is, and how long connecting may take. */
export interface LinkOptions {
  readonly url: URL;
  readonly connectTimeoutMs: number;
}

/** A connection to the server of the address, whatever it is a part of. */
export async function linkToServer(module: RedisModule, options: LinkOptions): Promise<Link> {
  const client: RedisClient = module.createClient({ ...settingsOf(options), url: options.url.href });
  client.on('error', () => undefined);
  await connected(client, options);
  const commandOptions = commandOptionsOf(module);
  return {
    send: (_, args) => client.sendCommand(args, commandOptions),
    nodeOf: () => undefined,
    slots: undefined,
    close: () => client.destroy(),
  };
}

/**
 * Connections to all nodes of a cluster that the server of the address belongs to. The client follows slots to other
 * nodes. What asks a node that is away
 * fails at once.
 */
export async function linkToCluster(module: RedisModule, options: LinkOptions): Promise<Link> {
  const { url } = options;
  const { socket, ...settings } = settingsOf(options);
  const cluster: RedisCluster = module.createCluster({
    RESP: settings.RESP,
    rootNodes: [{ url: url.href }],
    // Of the address; nodes are known by host and port alone.
    defaults: {
      ...settings,
      socket: { ...socket, ...(url.protocol === 'rediss:' && { tls: true }) },
      ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
      ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    },
    // A node that is away must not keep the others from being connected.
    minimizeConnections: true,
  });
  cluster.on('error', () => undefined);
  const nodes = new Nodes(cluster);
  await connected(cluster, options);
  const commandOptions = commandOptionsOf(module);
  return {
    send: (place, args, readOnly) =>
      nodes.orFailure(place, cluster.sendCommand(place.key, readOnly, args, commandOptions)),
    nodeOf: (slot) => nodes.addressOf(slot),
    get slots() {
      return cluster.slots;
    },
    close: () => cluster.destroy(),
  };
}

function settingsOf({ connectTimeoutMs }: LinkOptions) {
  return {
    // The answers of the second version are lists, which are the cheapest to read.
    RESP: 2,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries: number) => Math.min(RECONNECT_MS_MAX, 20 * 2 ** Math.min(retries, 10)),
    },
  };
}

/** Answers are bytes: ids are texts and vectors are not. */
function commandOptionsOf({ RESP_TYPES }: RedisModule): Readonly<Record<string, unknown>> {
  return { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
}

/** Connecting goes on for ever where nobody answers; this ends it with the first thing that went wrong. */
async function connected(
  client: RedisClient | RedisCluster,
  { connectTimeoutMs }: LinkOptions,
): Promise<void> {
  const failed = Promise.withResolvers<never>();
  client.on('error', failed.reject);
  const timer = setTimeout(
    () => failed.reject(new Error(`connection timeout: nobody answered within ${connectTimeoutMs} ms`)),
    connectTimeoutMs,
  );
  try {
    await Promise.race([client.connect(), failed.promise]);
  } catch (error) {
    client.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    failed.promise.catch(() => undefined);
  }
}

/** What is known of the nodes of a cluster: which of them can be spoken to, and what the others failed with. */
class Nodes {
  private readonly cluster: RedisCluster;
  private readonly ready = new Set<string>();
  private readonly failures = new Map<string, unknown>();
  /** Who waits for a node that was never spoken to: the client would wait for ever. */
  private readonly waiting = new Map<string, Set<(error: unknown) => void>>();

  constructor(cluster: RedisCluster) {
    this.cluster = cluster;
    cluster.on('node-ready', (node) => {
      const address = addressOf(node);
      this.ready.add(address);
      this.failures.delete(address);
    });
    cluster.on('node-error', (error, node) => {
      const address = addressOf(node);
      this.failures.set(address, error);
      for (const reject of this.waiting.get(address) ?? []) reject(error);
    });
  }

  addressOf(slot: number | undefined): string | undefined {
    return slot === undefined ? undefined : this.cluster.slots[slot]?.master.address;
  }

  /** The answer to a command, or what its node fails with: of a lost connection the client says no more than that. */
  orFailure(place: Place, answer: Promise<unknown>): Promise<unknown> {
    const address = this.addressOf(place.slot);
    if (address === undefined) return answer;
    const told = answer.catch((error: unknown) => {
      throw isOffline(error) ? (this.failures.get(address) ?? error) : error;
    });
    if (this.ready.has(address)) return told;
    const failed = Promise.withResolvers<never>();
    const waiting = this.waiting.get(address) ?? new Set();
    this.waiting.set(address, waiting.add(failed.reject));
    return Promise.race([told, failed.promise]).finally(() => waiting.delete(failed.reject));
  }
}

function addressOf({ host, port }: RedisNode): string {
  return `${host}:${port}`;
}

/** Whether the client says that it has no connection, which says nothing of the reason. */
function isOffline(error: unknown): boolean {
  return error instanceof Error && /offline|closed/i.test(error.message);
}
