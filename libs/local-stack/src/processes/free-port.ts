import { createServer } from 'node:net';

/**
 * A TCP port on `host` that nobody listens on at this moment, chosen by the operating system. Another program can
 * still take it before its user does: whoever binds it must be ready to hear that it is taken.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host, exclusive: true }, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error(`No TCP port could be found on ${host}.`);
  return address.port;
}
