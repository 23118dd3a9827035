import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on one address of this machine whose pages are functions. */
export interface PageServer {
  readonly port: number;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Serves `pages` by their paths at an address; other paths get status 404. */
export async function servePages(
  pages: Readonly<Record<string, RequestListener>>,
  address: string,
): Promise<PageServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const page = pages[request.url ?? ''];
    if (page) page(request, response);
    else response.writeHead(404).end('nothing here');
  });
  server.listen(0, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
