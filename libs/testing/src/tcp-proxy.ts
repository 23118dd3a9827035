import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that a test can cut and mend, to see what an outage does. */
export interface TcpProxy {
  /** The server's URL with the proxy's own host and port in it. */
  readonly url: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a proxy on a free local port in front of the server of a URL such as `postgres://…`. It begins mended. */
export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const url = new URL(serverUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let server = await listen(0);
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  url.hostname = '127.0.0.1';
  url.port = String(port);

  async function listen(wantedPort: number): Promise<Server> {
    const listening = createServer((inward) => {
      const outward = connect(target);
      for (const [socket, other] of [[inward, outward] as const, [outward, inward] as const]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    listening.listen(wantedPort, '127.0.0.1');
    await once(listening, 'listening');
    return listening;
  }

  async function cut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    url: url.href,
    cut,
    mend: async () => void (server = await listen(port)),
    stop: cut,
  };
}
