import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';

import { FaultProxy } from './fault-proxy.js';
import { controlByHttp } from './proxy-control.js';

let echo: Server;
let proxy: FaultProxy;
const open = new Set<Socket>();

beforeAll(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await FaultProxy.start({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  open.clear();
  await proxy.mend();
});
afterAll(async () => {
  await proxy.stop();
  echo.close();
});

/** A connection through the proxy, and all that came back over it. */
async function connected(): Promise<{ socket: Socket; received: () => string; errors: string[] }> {
  const socket = connect(proxy.port, '127.0.0.1');
  open.add(socket);
  let text = '';
  const errors: string[] = [];
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  await once(socket, 'connect');
  return { socket, received: () => text, errors };
}

describe('a fault proxy', () => {
  it('lets bytes through in both directions, in order, as long as nothing is set', async () => {
    const { socket, received } = await connected();
    const sent = Array.from({ length: 500 }, (_, index) => `line ${index};`);
    for (const piece of sent) socket.write(piece);
    await eventually(() => expect(received()).toBe(sent.join('')));
  });

  it('delays by the latency that is set, in that direction', async () => {
    await proxy.setToxics([{ type: 'latency', milliseconds: 120, direction: 'to-client' }]);
    const { socket, received } = await connected();
    const startedAt = performance.now();
    socket.write('late');
    await eventually(() => expect(received()).toBe('late'), { everyMilliseconds: 5 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
  });

  it('lets nothing through under a timeout, and what was held back when it is mended', async () => {
    const { socket, received } = await connected();
    await proxy.setToxics([{ type: 'timeout', direction: 'to-client' }]);
    socket.write('held');
    await expect(eventually(() => expect(received()).not.toBe(''), { withinMilliseconds: 200 })).rejects.toThrow();
    expect(socket.destroyed).toBe(false);
    await proxy.mend();
    await eventually(() => expect(received()).toBe('held'));
  });

  it('ends and refuses connections while it is down', async () => {
    const { socket } = await connected();
    await proxy.setToxics([{ type: 'down' }]);
    await eventually(() => expect(socket.closed).toBe(true));
    await expect(connected()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.mend();
    await connected();
  });

  it('resets a connection after its time', async () => {
    await proxy.setToxics([{ type: 'reset-peer', milliseconds: 50 }]);
    const { socket, errors } = await connected();
    await eventually(() => expect([socket.closed, errors]).toEqual([true, ['ECONNRESET']]));
  });

  it('ends a connection after so many bytes', async () => {
    await proxy.setToxics([{ type: 'limit-data', bytes: 4, direction: 'to-client' }]);
    const { socket, received } = await connected();
    socket.write('123456');
    await eventually(() => expect([received(), socket.closed]).toEqual(['1234', true]));
  });

  it('cuts bytes into slices and holds back to a bandwidth, without losing any', async () => {
    await proxy.setToxics([
      { type: 'slicer', bytes: 3 },
      { type: 'bandwidth', bytesPerSecond: 200, direction: 'to-server' },
    ]);
    const { socket, received } = await connected();
    const startedAt = performance.now();
    socket.write('x'.repeat(20));
    await eventually(() => expect(received()).toBe('x'.repeat(20)), { everyMilliseconds: 5 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
  });

  it('is controlled over HTTP, and refuses toxics that do not exist', async () => {
    const control = await controlByHttp(proxy);
    const url = `http://127.0.0.1:${(control.address() as AddressInfo).port}/toxics`;
    const put = (toxics: unknown): Promise<Response> => fetch(url, { method: 'PUT', body: JSON.stringify(toxics) });
    try {
      expect((await put([{ type: 'latency', milliseconds: 5 }])).status).toBe(200);
      expect(await (await fetch(url)).json()).toEqual([
        { type: 'latency', milliseconds: 5, jitterMilliseconds: 0, direction: 'both' },
      ]);
      expect((await put([{ type: 'acid' }])).status).toBe(400);
      expect(proxy.toxics).toHaveLength(1);
    } finally {
      control.closeAllConnections();
      control.close();
    }
  });
});
