import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

import type { FaultProxy } from './fault-proxy.js';
import { toxicSchema } from './toxics.js';

/**
 * The control port of a fault proxy: `GET /toxics` says what is in force, `PUT /toxics` takes a JSON list of what shall be. On a free port of
 * 127.0.0.1 unless one is given.
 */
export async function controlByHttp(proxy: FaultProxy, port = 0): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const put = async (): Promise<void> => {
      await proxy.setToxics(z.array(toxicSchema).parse(JSON.parse(await text(request))));
      answer(200, proxy.toxics);
    };
    if (request.url !== '/toxics') answer(404, { error: 'There is /toxics only.' });
    else if (request.method === 'GET') answer(200, proxy.toxics);
    else if (request.method === 'PUT') put().catch((error: unknown) => answer(400, { error: String(error) }));
    else answer(405, { error: 'GET or PUT /toxics.' });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
