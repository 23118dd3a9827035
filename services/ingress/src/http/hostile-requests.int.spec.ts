import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyHasher } from '#libs/secrets';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';
import { exchangeRaw, statusesIn } from './raw-connection.fixture.js';

const KEY = 'sk-hostile-4f8a1c2b';
const HEAD = `Authorization: Bearer ${KEY}\r\n`;
const AUTHORIZED = `Host: here\r\n${HEAD}`;
/** A second on a machine that does nothing else. */
const MOST_MILLISECONDS = 30_000;
/** The server closes what it has answered; a busy machine may be late with it. */
const ENDED_WITHIN_MILLISECONDS = 20_000;
const SMUGGLED = 'GET /v1/models HTTP/1.1\r\nHost: here\r\n\r\n';
const post = (headers: string, body: string, host = 'Host: here\r\n'): string =>
  `POST /v1/route/explain HTTP/1.1\r\n${host}${HEAD}Content-Type: application/json\r\n${headers}\r\n${body}`;

/** Requests that two servers in a row could read in two ways. Each is refused, and what is behind it is never taken for a request. */
const SMUGGLING: readonly (readonly [what: string, bytes: string])[] = [
  ['CL.TE', post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['TE.CL', post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', `1\r\nZ\r\n0\r\n\r\n${SMUGGLED}`)],
  ['two lengths', post('Content-Length: 2\r\nContent-Length: 44\r\n', `{}${SMUGGLED}`)],
  ['a list of lengths', post('Content-Length: 2, 44\r\n', `{}${SMUGGLED}`)],
  ['a length with a sign', post('Content-Length: +2\r\n', `{}${SMUGGLED}`)],
  ['a length in hex', post('Content-Length: 0x2\r\n', `{}${SMUGGLED}`)],
  ['a negative length', post('Content-Length: -1\r\n', `{}${SMUGGLED}`)],
  ['an unknown coding', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['chunked before another coding', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['a coding twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n`)],
  ['a space before the colon', post('Content-Length : 2\r\n', '{}')],
  ['a folded header', post('X-Folded: one\r\n two\r\nContent-Length: 2\r\n', '{}')],
  ['a folded coding', post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['bare line feeds', `POST /v1/route/explain HTTP/1.1\nHost: here\n${HEAD.replace('\r', '')}Content-Length: 2\n\n{}`],
  ['a bare carriage return', post('X-Bare: a\rContent-Length: 2\r\n', '{}')],
  ['a NUL in a header', post('X-Nul: a\0b\r\nContent-Length: 2\r\n', '{}')],
  ['a header without a name', post(': nameless\r\nContent-Length: 2\r\n', '{}')],
  ['a broken chunk size', post('Transfer-Encoding: chunked\r\n', `zz\r\n{}\r\n0\r\n\r\n${SMUGGLED}`)],
  ['a chunk longer than it says', post('Transfer-Encoding: chunked\r\n', `1\r\n{}\r\n0\r\n\r\n${SMUGGLED}`)],
  ['two hosts', post('Content-Length: 2\r\n', '{}', 'Host: here\r\nHost: evil.example\r\n')],
  ['no host', post('Content-Length: 2\r\n', '{}', '')],
  ['two keys', `GET /v1/models HTTP/1.1\r\n${AUTHORIZED}Authorization: Bearer other\r\nConnection: close\r\n\r\n`],
  ['an absolute address', `GET http://evil.example/v1/models HTTP/1.1\r\n${AUTHORIZED}Connection: close\r\n\r\n`],
  ['an address of this server', `GET http://here/v1/models HTTP/1.1\r\n${AUTHORIZED}Connection: close\r\n\r\n`],
  ['an authority', `CONNECT evil.example:443 HTTP/1.1\r\n${AUTHORIZED}\r\n`],
  ['HTTP 0.9', 'GET /v1/models\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['headers of 40 KB', `GET /v1/models HTTP/1.1\r\n${AUTHORIZED}X-Long: ${'x'.repeat(40_000)}\r\n\r\n`],
  ['3,000 headers', `GET /v1/models HTTP/1.1\r\n${AUTHORIZED}${'A: b\r\n'.repeat(3_000)}\r\n`],
];

/** Spellings of an address that needs a key: without one, none of them is let through. */
const PATHS: readonly string[] = [
  '/v1/models/',
  '//v1/models',
  '/v1//models',
  '/./v1/models',
  '/v1/../v1/models',
  '/v1/%6dodels',
  '/v1%2fmodels',
  '/%76%31/models',
  '/v1/models;x=1',
  '/v1/models%00',
  '/v1/models%20',
  '/V1/MODELS',
  '/v1/models?x=/healthz',
  '/healthz/../v1/models',
  '/healthz%2f..%2fv1%2fmodels',
  '/healthz;/../v1/models',
  '/v1/models#/healthz',
  '/v1\\models',
];

let ingress: IngressForTests;
let port: number;

beforeAll(async () => {
  const hash = new KeyHasher(SECRET_KEY).hash(KEY);
  ingress = await startIngressForTests({
    version: 1,
    revision: 1,
    createdAt: 0,
    providers: [],
    models: [],
    keys: [{ hash, organization: 'demo', project: 'default', name: 'ci', admin: false }],
  });
  await ingress.http.listen({ port: 0, host: '127.0.0.1' });
  port = (ingress.http.server.address() as AddressInfo).port;
}, 60_000);
afterAll(() => ingress?.stop());

const get = (path: string, headers = '', method = 'GET'): Promise<string> => {
  const head = `${method} ${path} HTTP/1.1\r\nHost: here\r\n${headers}Connection: close\r\n\r\n`;
  return exchangeRaw(port, head, ENDED_WITHIN_MILLISECONDS);
};

describe('a request that can be read in two ways', () => {
  it.each(SMUGGLING)('is refused: %s', async (_what, bytes) => {
    const answers = await exchangeRaw(port, bytes);
    const statuses = statusesIn(answers);
    // Refused once, by an answer in our form or, where that is impossible, by a closed connection.
    expect(statuses.length).toBeLessThanOrEqual(1);
    for (const status of statuses) expect([400, 404, 408, 431]).toContain(status);
    expect(answers).not.toMatch(/node_modules|at [A-Za-z]+ \(|HPE_/);
  });

  it('leaves the server as it was', async () => {
    expect(statusesIn(await get('/v1/models', HEAD))).toEqual([200]);
  });
});

describe('an address in another spelling', () => {
  it.each(PATHS)('lets no stranger in: %s', async (path) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      const [status = 0] = statusesIn(
        await get(path, 'X-HTTP-Method-Override: GET\r\nX-Original-URL: /healthz\r\n', method),
      );
      expect([path, method, status >= 400 && status < 500]).toEqual([path, method, true]);
    }
  });
});

describe('every answer', () => {
  it('keeps browsers from guessing at types and shows nothing of the inside', async () => {
    for (const path of ['/healthz', '/v1/models', '/nothing', '/v1/files/%ff', '/docs', '/openapi.json']) {
      const answer = await get(path);
      expect([path, /x-content-type-options: nosniff/i.test(answer)]).toEqual([path, true]);
      expect(answer).not.toMatch(/x-powered-by|^server:|fastify|stack|SELECT |node_modules/im);
    }
  });

  it('is for the pages of no other origin, null and ours included, unless they are named', async () => {
    for (const origin of ['null', 'https://evil.example', 'http://here'])
      for (const method of ['GET', 'OPTIONS'])
        expect(
          await get('/v1/models', `${HEAD}Origin: ${origin}\r\nAccess-Control-Request-Method: POST\r\n`, method),
        ).not.toMatch(/access-control-allow/i);
  });

  it('says who called by the key alone, whatever else a request claims', async () => {
    const forged =
      'X-Tenant: acme\r\nX-User: root\r\nX-Switchyard-Organization: acme\r\nNats-Msg-Id: x\r\nX-Request-Id: mine\r\n';
    const answer = await get('/v1/models', `${HEAD}${forged}`);
    expect(statusesIn(answer)).toEqual([200]);
    expect(answer).toMatch(/x-request-id: req_[0-9a-f]{32}\r/i);
    expect(statusesIn(await get('/v1/models', forged))).toEqual([401]);
  });
});

describe('JSON made to break parsers', () => {
  const deep = (levels: number): string => `{"model":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const keys = JSON.stringify(Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 1])));
  it.each([
    ['of 200,000 levels', deep(200_000)],
    ['of 100 levels', deep(100)],
    ['of 200,000 fields', keys],
    ['with a number of a million digits', `{"model":${'9'.repeat(1_000_000)}}`],
    ['with a prototype', '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'],
    ['with a field twice', '{"model":"a","model":"b"}'],
    ['that ends early', '{"model":'],
    ['that is a list', '[1]'],
  ])(
    '%s is refused in no time, at every address that takes JSON',
    async (_what, body) => {
      for (const path of [
        '/v1/chat/completions',
        '/v1/batches',
        '/v1/route/explain',
        '/v1/responses',
        '/v1/messages',
      ]) {
        const begun = performance.now();
        const head = `POST ${path} HTTP/1.1\r\n${AUTHORIZED}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
        const [status = 0] = statusesIn(await exchangeRaw(port, head + body, MOST_MILLISECONDS));
        expect([path, status >= 400 && status < 500, status]).toEqual([path, true, status]);
        expect(performance.now() - begun).toBeLessThan(MOST_MILLISECONDS);
      }
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    },
    180_000,
  );
});
