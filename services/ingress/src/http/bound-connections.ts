import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

/** How much one address may hold, and how long a reader may stand still. */
export interface ConnectionBounds {
  readonly connectionsPerAddress: number;
  readonly stalledReaderMilliseconds: number;
  /** CIDRs of proxies, which stand for many callers. */
  readonly trustedProxies: readonly string[];
}

interface Reader {
  readonly socket: Socket;
  taken: number;
  since: number;
}

const LOOKS_PER_PERIOD = 4;
const MOST_BETWEEN_LOOKS_MILLISECONDS = 10_000;

/**
 * Closes what one address opens beyond its bound, and connections whose other end takes nothing of what waits for it for so long. The
 * latter is looked for now and then, so that nothing is paid for it on the way of a request.
 */
export function boundConnections(server: Server, bounds: ConnectionBounds): void {
  const counts = new Map<string, number>();
  const readers = new Map<Socket, Reader>();
  const proxies = bounds.trustedProxies.map((range) => ipaddr.parseCIDR(range));
  const isProxy = (address: string): boolean => {
    if (proxies.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return proxies.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  };
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (counts.get(address) ?? 0) + 1;
    if (count > bounds.connectionsPerAddress && !isProxy(address)) {
      socket.destroy();
      return;
    }
    counts.set(address, count);
    readers.set(socket, { socket, taken: 0, since: Date.now() });
    socket.once('close', () => {
      readers.delete(socket);
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
  });
  const period = Math.min(bounds.stalledReaderMilliseconds / LOOKS_PER_PERIOD, MOST_BETWEEN_LOOKS_MILLISECONDS);
  const looking = setInterval(() => {
    const now = Date.now();
    for (const reader of readers.values())
      if (hasStalled(reader, now, bounds.stalledReaderMilliseconds)) reader.socket.destroy();
  }, period);
  looking.unref();
  server.once('close', () => clearInterval(looking));
}

/** Whether something has waited all the time and nothing of it was taken. */
function hasStalled(reader: Reader, now: number, patienceMilliseconds: number): boolean {
  const { writableLength, bytesWritten } = reader.socket;
  const taken = bytesWritten - writableLength;
  if (writableLength === 0 || taken !== reader.taken) {
    reader.taken = taken;
    reader.since = now;
    return false;
  }
  return now - reader.since >= patienceMilliseconds;
}
