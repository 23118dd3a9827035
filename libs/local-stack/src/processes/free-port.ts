import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that no system gives to outgoing connections or to listeners that leave the choice to it: Linux does so from 32768 on,
 * IANA's own range begins at 49152. One of those could be taken between our look and its use by any connection of the machine.
 */
const FIRST_PORT = 16_384;
const END_OF_PORTS = 32_768;
const MOST_LOOKS = 100;
/** Processes that start servers at the same moment, such as two runs of tests, mostly draw from different ones of so many shares. */
const SHARES = 16;

/** What this process has been given: whoever asks twice before it listens gets two. */
const given = new Set<number>();

/**
 * A TCP port on `host` that nobody listens on at this moment, drawn at random from this process's share of 16384 to 32767. Another program can still
 * take it before its user does: whoever binds it must be ready to hear that it is taken.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const port = FIRST_PORT + SHARES * randomInt((END_OF_PORTS - FIRST_PORT) / SHARES) + (process.pid % SHARES);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port, host)) return port;
  }
  throw new Error(
    `No TCP port could be found on ${host}: ${MOST_LOOKS} of ${FIRST_PORT} to ${END_OF_PORTS - 1} were taken.`,
  );
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
