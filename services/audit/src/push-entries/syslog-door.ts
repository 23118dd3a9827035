import { hostname } from 'node:os';
import type { Socket } from 'node:net';
import type { GuardedSockets } from '#libs/outbound';
import type { Destination } from './destination.schema.js';
import { lineOf, syslogFrame, type PushedEntry } from './pushed-entry.policy.js';

const SYSLOG_TLS_PORT = 6_514;
const SYSLOG_PORT = 514;
const LISTEN_BEFORE_END_MILLISECONDS = 50;
const READ_WITHIN_MILLISECONDS = 20_000;

/**
 * Sends entries to a collector by syslog over TCP or TLS. Syslog acknowledges nothing; so each batch has a connection of its own,
 * whose end is said when all is written, and counts as received only once the collector has closed its side in turn: to see the end it
 * has to have read all that stands before it.
 */
export async function sendBySyslog(
  sockets: GuardedSockets,
  { url, format, ca }: Destination,
  entries: readonly PushedEntry[],
): Promise<void> {
  const { protocol, hostname: host, port } = new URL(url);
  const isTls = protocol === 'syslog+tls:';
  const socket = await sockets.open({
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port || (isTls ? SYSLOG_TLS_PORT : SYSLOG_PORT)),
    isTls,
    ca,
  });
  const name = hostname();
  const frames = entries.map((entry) => syslogFrame(entry, lineOf(entry, format), name));
  await writtenAndRead(socket, Buffer.concat(frames));
}

function writtenAndRead(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(READ_WITHIN_MILLISECONDS, () =>
      socket.destroy(new Error('the collector did not read all and close within 20 s')),
    );
    // Without a reader the collector's own end would not be seen.
    socket.resume();
    let isEndSaid = false;
    let isRead = false;
    socket.once('end', () => (isRead = isEndSaid));
    socket.once('error', reject);
    socket.once('close', () =>
      isRead ? resolve() : reject(new Error('the collector closed the connection before all was sent')),
    );
    // A collector that closes by itself, while it shuts down for one, does so before it can know that this was the end.
    socket.write(bytes, () =>
      setTimeout(() => {
        isEndSaid = !socket.readableEnded;
        socket.end();
      }, LISTEN_BEFORE_END_MILLISECONDS),
    );
  });
}
