import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import { fetchThrough } from './fetch-through.js';
import { providerAgent } from './provider-agent.js';

const MEBIBYTE = 1024 ** 2;
/** Beyond what was there before; what is measured includes what the sending side of the test holds. */
const MOST_GROWTH_BYTES = 100 * MEBIBYTE;
const PIECE = Buffer.alloc(MEBIBYTE, 'x');

/** Writes as fast as it is read, until the other side has had enough. */
async function writeUntilCut(socket: Socket, piece: Buffer, mostBytes: number): Promise<void> {
  for (let sent = 0; sent < mostBytes && socket.writable; sent += piece.length) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
  socket.end();
}

async function readToEnd({ body }: Response): Promise<void> {
  if (!body) return;
  const reader = body.getReader();
  for (let isDone = false; !isDone;) isDone = (await reader.read()).done;
}

const chunked = (type: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${more}transfer-encoding: chunked\r\n\r\n`;
const CHUNK = Buffer.concat([Buffer.from(`${PIECE.length.toString(16)}\r\n`), PIECE, Buffer.from('\r\n')]);

/** What a provider answers that means ill, or is broken; each would be gigabytes long. */
const BOMBS: Readonly<Record<string, (socket: Socket) => Promise<void>>> = {
  'JSON without end': async (socket) => {
    socket.write(chunked('application/json'));
    await writeUntilCut(socket, CHUNK, 10_000 * MEBIBYTE);
  },
  'an event without end': async (socket) => {
    socket.write(`${chunked('text/event-stream')}6\r\ndata: \r\n`);
    await writeUntilCut(socket, CHUNK, 10_000 * MEBIBYTE);
  },
  "an event of Amazon's without end": async (socket) => {
    socket.write(`${chunked('application/vnd.amazon.eventstream')}4\r\n\x7f\xff\xff\xff\r\n`);
    await writeUntilCut(socket, CHUNK, 10_000 * MEBIBYTE);
  },
  'headers without end': async (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    await writeUntilCut(socket, Buffer.from('x-more: yes\r\n'.repeat(10_000)), 1_000 * MEBIBYTE);
  },
  'a status line without end': async (socket) => {
    // The parser has no bound for it and keeps nothing of it: it ends with the connection, or with the time of its call.
    socket.write('HTTP/1.1 200 ');
    await writeUntilCut(socket, PIECE, 200 * MEBIBYTE);
  },
};

describe('a bomb in the place of an answer', () => {
  let server: Server;
  let agent: Agent;
  let url: string;
  let bomb: (socket: Socket) => Promise<void>;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.once('data', () => void bomb(socket).catch(() => undefined));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    agent = providerAgent({});
  });
  afterEach(() => sockets.forEach((socket) => socket.destroy()));
  afterAll(async () => {
    await agent.destroy();
    server.close();
    await once(server, 'close');
  });

  it.each(Object.keys(BOMBS))('of %s is cut at its bound, and fills no memory', async (name) => {
    bomb = BOMBS[name] ?? (() => Promise.resolve());
    const before = process.memoryUsage().rss;
    const answering = async () => readToEnd(await fetchThrough(agent)(url, { signal: AbortSignal.timeout(45_000) }));
    await expect(answering()).rejects.toMatchObject({ name: 'ProviderFailure' });
    expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH_BYTES);
  });

  it('of early hints without end ends with the time of its call, and fills no memory', async () => {
    const hints = Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10_000));
    bomb = (socket) => writeUntilCut(socket, hints, 1_000 * MEBIBYTE);
    const before = process.memoryUsage().rss;
    const answering = fetchThrough(agent)(url, { signal: AbortSignal.timeout(1_000) });
    await expect(answering).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH_BYTES);
  });

  it.each(['gzip', 'br', Array.from({ length: 1_000 }, () => 'gzip').join(', ')])(
    'that is compressed (%#) is not unfolded',
    async (encoding) => {
      const folded = gzipSync(Buffer.alloc(64 * MEBIBYTE));
      bomb = async (socket) => {
        const head = `content-type: application/json\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${folded.length}`;
        socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`), folded]));
      };
      const answer = await fetchThrough(agent)(url);
      expect((await answer.arrayBuffer()).byteLength).toBe(folded.length);
      expect(folded.length).toBeLessThan(MEBIBYTE);
    },
  );
});
