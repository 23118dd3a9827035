import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually, hostileUrls } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, PRICE } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { startRecordingFront, type RecordingFront } from './recording-front.js';
import { StackForTests } from './stack-for-tests.js';

const CHAT = '/v1/chat/completions';
const KEY_OF_THE_FILE = 'sk-canary-of-the-platform';
const KEY_OF_THE_API = 'sk-canary-of-the-admin-api';
const REDIRECTS = [301, 302, 303, 307, 308];
/** Refused for their form or place, or not fetched since their name leads nowhere. */
const CODES_OF_FILES = ['invalid_image_url', 'unreachable_file'];

let canary: Server;
let connections = 0;
let front: RecordingFront;
let stack: StackForTests;
const journey = journeysOn(() => stack);

/** Redirects to the canary, as the path says: `/302/…`. */
async function startRedirecting(port: number): Promise<RecordingFront> {
  return startRecordingFront('http://127.0.0.1:9', ({ path }) => (_call, response) => {
    const status = Number(/\/(30\d)\//.exec(path)?.[1] ?? 404);
    response.writeHead(status, { location: `http://127.0.0.1:${port}/canary` }).end('{}');
  });
}

const canaryPort = (): number => (canary.address() as AddressInfo).port;
const send = (path: string, body: object, key = OUR_KEY): Promise<HttpAnswer> =>
  call(`${stack.url}${path}`, { key, body });
const codeOf = ({ text }: HttpAnswer): unknown => (JSON.parse(text) as { error?: { code?: string } }).error?.code;
const isNamed = (url: string): boolean => /^localhost\.?$/.test(URL.parse(url)?.hostname ?? '');

beforeAll(async () => {
  canary = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  canary.listen(0, '::');
  await once(canary, 'listening');
  front = await startRedirecting(canaryPort());
  const redirecting = Object.fromEntries(
    REDIRECTS.map((status) => [
      `moved-${status}`,
      { kind: 'openai', baseUrl: `${front.url}/${status}`, apiKey: KEY_OF_THE_FILE },
    ]),
  );
  stack = await StackForTests.start(
    journeyConfiguration({ ...redirecting, gemini: { kind: 'google', baseUrl: front.url, apiKey: KEY_OF_THE_FILE } }, [
      ...REDIRECTS.map((status) => modelFields(`moved-${status}`, [{ provider: `moved-${status}`, model: 'any' }])),
      modelFields('seer', [{ provider: 'gemini', model: 'gemini-any' }]),
    ]),
  );
}, 180_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await front?.close();
    canary.close();
  }
}, 90_000);

describe('a hostile URL reaches nobody', () => {
  journey('as the image of a chat', async () => {
    const asked = hostileUrls(canaryPort(), 'http').map(async ({ what, url }) => {
      const content = [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url } },
      ];
      const answer = await send(CHAT, { model: 'seer', messages: [{ role: 'user', content }] });
      return { what, status: answer.status, code: codeOf(answer), text: answer.text };
    });
    for (const { what, status, code, text } of await Promise.all(asked)) {
      expect([what, status, code]).toEqual([what, 400, expect.any(String)]);
      expect([what, text.includes('ECONN') || text.includes('at Object')]).toEqual([what, false]);
      if (CODES_OF_FILES.includes(String(code))) continue;
      // What is no URL of the web is refused before it comes to that.
      expect([what, code]).toEqual([what, 'invalid_url']);
    }
    expect(connections).toBe(0);
    expect(front.received).toHaveLength(0);
  });

  journey('as the address of a webhook', async () => {
    for (const { what, url } of hostileUrls(canaryPort(), 'https')) {
      const made = await send('/v1/webhooks/endpoints', { url, event_types: ['*'] });
      if (!isNamed(url)) {
        expect([what, made.status]).toEqual([what, 400]);
        continue;
      }
      // A name is looked up when something is sent: by then it may lead elsewhere. Its port is none of the web's anyway.
      if (made.status === 400) continue;
      const { id } = JSON.parse(made.text) as { id: string };
      await send(`/v1/webhooks/endpoints/${id}/test`, {});
    }
    expect(connections).toBe(0);
  });

  journey('as the address of a provider of the admin API', async () => {
    for (const { what, url } of hostileUrls(canaryPort(), 'https')) {
      const fields = { kind: 'openai', baseUrl: url, apiKey: KEY_OF_THE_API };
      const made = await send('/admin/v1/providers', { name: 'hostile', ...fields }, stack.adminKey);
      expect([what, made.status]).toEqual([what, 400]);
    }
    const named = { name: 'named', kind: 'openai', baseUrl: 'https://localhost/v1', apiKey: KEY_OF_THE_API };
    expect((await send('/admin/v1/providers', named, stack.adminKey)).status).toBe(201);
    const targets = [{ provider: 'named', model: 'any', price: PRICE }];
    expect((await send('/admin/v1/models', { name: 'inside', targets }, stack.adminKey)).status).toBe(201);
    await eventually(async () => {
      const answer = await send(CHAT, { model: 'inside', messages: [{ role: 'user', content: 'hi' }] });
      expect(answer.status).toBeGreaterThanOrEqual(502);
      expect(answer.text).not.toContain('127.0.0.1');
    });
    expect(connections).toBe(0);
  });
});

describe('a redirect of a provider', () => {
  journey('is not followed, and takes no credential along', async () => {
    for (const status of REDIRECTS) {
      const answer = await send(CHAT, { model: `moved-${status}`, messages: [{ role: 'user', content: 'hi' }] });
      expect([status, answer.status >= 500]).toEqual([status, true]);
    }
    expect(front.received.length).toBeGreaterThanOrEqual(REDIRECTS.length);
    expect(connections).toBe(0);
  });
});

describe('a credential', () => {
  journey('goes to no other place than the one it was given for', async () => {
    const change = await call(`${stack.url}/admin/v1/providers/named`, {
      method: 'PATCH',
      key: stack.adminKey,
      headers: { 'if-match': '*' },
      body: { baseUrl: 'https://strangers.example/v1' },
    });
    expect([change.status, codeOf(change)]).toEqual([400, 'credential_required']);
    const logs = [...(await stack.logs()).values()].join('\n');
    expect([logs.includes(KEY_OF_THE_API), logs.includes(KEY_OF_THE_FILE)]).toEqual([false, false]);
  });
});
