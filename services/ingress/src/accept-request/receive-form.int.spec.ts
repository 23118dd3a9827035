import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createHttpAdapter } from '../http/create-http-adapter.js';
import { callerErrorOf } from '../http/http-error.filter.js';
import { HttpLimit } from '../http/http-limits.js';
import { receiveForm } from './receive-form.js';

describe('receiveForm', () => {
  let server: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    server = (await createHttpAdapter()).adapter.getInstance<FastifyInstance>();
    server.post('/form', async (request, reply) => {
      try {
        const body = await receiveForm(request);
        const echoed = Buffer.isBuffer(body) ? body : Buffer.from('no bytes');
        return await reply.type('application/octet-stream').send(echoed);
      } catch (error) {
        request.raw.resume();
        const { status, code } = callerErrorOf(error, request);
        return reply.status(status).send(code);
      }
    });
    url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/form`;
  });

  afterAll(() => server.close());

  const send = (body: Buffer | ReadableStream, type: string): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
      duplex: 'half',
    });

  it('takes the bytes of a form as they came', async () => {
    const form = Buffer.from('--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nx\r\n--b--\r\n');
    const answer = await send(form, 'multipart/form-data; boundary=b');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(form);
  });

  it('leaves any other body to the server', async () => {
    expect(await (await send(Buffer.from('{}'), 'application/json')).text()).toBe('{}');
    expect((await send(Buffer.from('x'), 'audio/wav')).status).toBe(415);
  });

  it('refuses a form above the limit, whether it says its length or not', async () => {
    const piece = Buffer.alloc(1024 ** 2);
    const announced = await send(Buffer.alloc(HttpLimit.bodyBytes + 1), 'multipart/form-data; boundary=b');
    expect([announced.status, await announced.text()]).toEqual([413, 'body_too_large']);
    let left = HttpLimit.bodyBytes / piece.length + 1;
    const endless = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
    });
    const chunked = await send(endless, 'multipart/form-data; boundary=b');
    expect([chunked.status, await chunked.text()]).toEqual([413, 'body_too_large']);
  });
});
