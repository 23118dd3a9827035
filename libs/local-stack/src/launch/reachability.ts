import { createServer, connect } from 'node:net';

import { Client } from 'pg';

import { errorCode } from '../error-code.js';
import { LocalStackError } from '../local-stack.error.js';

const CONNECT_WITHIN_MILLISECONDS = 5_000;
const DEFAULT_NATS_PORT = 4222;

/** Throws unless the port for callers can be listened on: taken, not allowed, or not an address of this machine. */
export async function assertPortIsFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EADDRINUSE') {
      throw new LocalStackError(
        `Port ${port} on ${host} is taken by another program.`,
        'Stop that program, or set SWITCHYARD_PORT to a free port.',
        { cause: error },
      );
    }
    if (code === 'EACCES') {
      throw new LocalStackError(
        `Port ${port} on ${host} may not be used by this account.`,
        'Set SWITCHYARD_PORT to a port above 1023.',
        { cause: error },
      );
    }
    throw new LocalStackError(
      `Switchyard cannot listen on ${host}:${port} (${String(code)}).`,
      'Set SWITCHYARD_HOST to an address of this machine, such as 127.0.0.1.',
      { cause: error },
    );
  }
}

/** Throws unless one of the servers in NATS_URL accepts connections. */
export async function assertNatsIsReachable(natsUrl: string): Promise<void> {
  const servers = natsUrl.split(',').map((url) => new URL(url.trim()));
  const answers = await Promise.all(
    servers.map(({ hostname, port }) => accepts(hostname, Number(port) || DEFAULT_NATS_PORT)),
  );
  if (answers.includes(true)) return;
  const places = servers.map(({ host }) => host).join(', ');
  throw new LocalStackError(
    `No NATS server answers at ${places} (from NATS_URL).`,
    'Start that server, or unset NATS_URL to have one run here.',
  );
}

/** Throws unless the database of DATABASE_URL lets us in. The password is never part of the message. */
export async function assertDatabaseIsReachable(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_WITHIN_MILLISECONDS });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    const { host, pathname } = new URL(databaseUrl);
    const reason =
      error instanceof AggregateError
        ? error.errors.map(String).join(', ')
        : error instanceof Error
          ? error.message
          : String(error);
    throw new LocalStackError(
      `The database ${host}${pathname} (from DATABASE_URL) cannot be used: ${reason}.`,
      'Start that server or correct DATABASE_URL, or unset it to have a Postgres run here.',
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CONNECT_WITHIN_MILLISECONDS, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
