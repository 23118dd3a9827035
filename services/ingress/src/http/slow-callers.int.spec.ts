import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { readSettings } from '#libs/config';
import { eventually } from '#libs/testing';
import { createHttpAdapter } from './create-http-adapter.js';
import { exchangeRaw, statusesIn } from './raw-connection.fixture.js';

const MEBIBYTE = 1024 ** 2;
const CROWD = 5_000;

let http: FastifyInstance;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await http.close();
});

/** A server with these settings, and pages that are small and very large. */
async function start(settings: Record<string, string>, trusted: readonly string[] = []): Promise<number> {
  const { adapter } = await createHttpAdapter(trusted, readSettings(settings).http);
  http = adapter.getInstance<FastifyInstance>();
  http.get('/small', (_request, reply) => reply.send('small'));
  http.post('/small', (_request, reply) => reply.send('small'));
  http.get('/large', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200);
    for (let written = 0; written < 64; written += 1) reply.raw.write(Buffer.alloc(MEBIBYTE));
  });
  await http.listen({ port: 0, host: '127.0.0.1' });
  return (http.server.address() as AddressInfo).port;
}

async function opened(port: number, bytes = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

describe('a caller who is slow', () => {
  it('with the headers is told so and cut', async () => {
    const port = await start({ SWITCHYARD_HTTP_HEADERS_TIMEOUT_MS: '200' });
    const answer = await exchangeRaw(port, 'GET /small HTTP/1.1\r\nHost: here\r\nX-Slow: ', 20_000);
    expect(statusesIn(answer)).toEqual([408]);
    expect(answer).toContain('request_timeout');
  });

  it('with the body is told so and cut', async () => {
    const port = await start({ SWITCHYARD_HTTP_HEADERS_TIMEOUT_MS: '200', SWITCHYARD_HTTP_REQUEST_TIMEOUT_MS: '1000' });
    const head = 'POST /small HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n';
    expect(statusesIn(await exchangeRaw(port, `${head}{`, 20_000))).toEqual([408]);
  });

  it('and takes nothing of an answer is cut, while one who reads is not', async () => {
    const port = await start({ SWITCHYARD_HTTP_STALLED_READER_MS: '300' });
    const stalled = await opened(port, 'GET /large HTTP/1.1\r\nHost: here\r\n\r\n');
    const waiting = await opened(port, 'GET /small HTTP/1.1\r\nHost: here\r\n\r\n');
    stalled.pause();
    await eventually(
      () =>
        new Promise<void>((resolve, reject) => {
          http.server.getConnections((_error, count) =>
            count === 1 ? resolve() : reject(new Error(`${count} are open`)),
          );
        }),
    );
    expect(waiting.destroyed).toBe(false);
  });
});

describe('thousands of callers who say nothing or next to nothing', () => {
  const openCount = () =>
    new Promise<number>((resolve, reject) =>
      http.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );

  it(`${CROWD} of them keep nobody from being served, and are cut`, async () => {
    const port = await start({ SWITCHYARD_HTTP_HEADERS_TIMEOUT_MS: '60000' });
    for (let opening = 0; opening < CROWD; opening += 250)
      await Promise.all(
        Array.from({ length: 250 }, (_, index) => opened(port, index % 2 === 0 ? '' : 'GET /small HTTP/1.1\r\nX')),
      );
    await eventually(async () => expect(await openCount()).toBe(CROWD));
    const waits: number[] = [];
    for (let call = 0; call < 200; call += 1) {
      const began = performance.now();
      const answer = await exchangeRaw(port, 'GET /small HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n', 20_000);
      expect(statusesIn(answer)).toEqual([200]);
      waits.push(performance.now() - began);
    }
    // Some hundred times what a call takes here, and no matter of the few that a busy machine holds up.
    expect(waits.toSorted((left, right) => left - right)[100]).toBeLessThan(500);
    // However long it took to open them all: from now on they have been silent for too long.
    http.server.headersTimeout = 500;
    await eventually(async () => expect(await openCount()).toBe(0), { withinMilliseconds: 40_000 });
  }, 60_000);
});

describe('one address', () => {
  const count = async (port: number): Promise<number> => {
    const all = await Promise.all(
      Array.from({ length: 14 }, () => opened(port, 'GET /small HTTP/1.1\r\nHost: here\r\n\r\n')),
    );
    let open = 0;
    await Promise.all(
      all.map(async (socket) => {
        await new Promise<void>((resolve) => {
          socket.once('data', () => resolve());
          socket.once('close', () => resolve());
        });
        if (!socket.destroyed) open += 1;
      }),
    );
    return open;
  };

  it('gets no more connections than its bound, unless it is a proxy that is trusted', async () => {
    const settings = { SWITCHYARD_HTTP_CONNECTIONS_PER_ADDRESS: '10' };
    expect(await count(await start(settings))).toBe(10);
    for (const socket of sockets) socket.destroy();
    await http.close();
    expect(await count(await start(settings, ['127.0.0.0/8']))).toBe(14);
  });
});

describe('pages of other origins', () => {
  it('may call where they are named, with a key and never with cookies', async () => {
    const port = await start({ SWITCHYARD_CORS_ORIGINS: 'https://app.example.com' });
    const ask = (origin: string, method = 'GET') =>
      exchangeRaw(
        port,
        `${method} /small HTTP/1.1\r\nHost: here\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n`,
      );
    expect(await ask('https://app.example.com')).toMatch(/access-control-allow-origin: https:\/\/app\.example\.com\r/i);
    const preflight = await ask('https://app.example.com', 'OPTIONS');
    expect(statusesIn(preflight)).toEqual([204]);
    expect(preflight).toMatch(/access-control-allow-headers: .*authorization/i);
    expect(preflight).not.toMatch(/allow-credentials/i);
    for (const origin of ['null', 'https://app.example.com.evil.example', 'http://app.example.com'])
      expect(await ask(origin)).not.toMatch(/access-control-allow-origin/i);
  });

  it.each(['*', 'null', 'https://app.example.com/path', 'http://app.example.com'])(
    'cannot be named as %s',
    (origins) => {
      expect(() => readSettings({ SWITCHYARD_CORS_ORIGINS: origins })).toThrow(
        /SWITCHYARD_CORS_ORIGINS must be origins/,
      );
    },
  );
});
