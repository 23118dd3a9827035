import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GuardEntry } from '#libs/contracts';
import { guardSecret } from '#libs/secrets';
import { hostileUrls } from '#libs/testing';
import { Webhook } from 'standardwebhooks';
import { HttpSources } from './http-sources.js';

const common = { on: ['request' as const], timeoutMilliseconds: 10_000, onFailure: 'refuse' as const };
const asked = { side: 'request' as const, requestId: 'req_0123456789', organization: 'acme', project: 'web' };

let server: Server;
let url: string;
let status = 200;
let answer: unknown;
let isSilent = false;
const seen: { path: string | undefined; body: unknown }[] = [];
let signed: { text: string; headers: Record<string, string> };
const secretKey = Buffer.alloc(32, 7);
let sources: HttpSources;

const presidio = (over: Partial<Extract<GuardEntry, { kind: 'presidio' }>> = {}) => ({
  ...common,
  name: 'names',
  kind: 'presidio' as const,
  url,
  language: 'en',
  entities: ['PERSON'],
  leastScore: 0.5,
  action: 'mask' as const,
  ...over,
});
const webhook = () => ({
  ...common,
  name: 'ours',
  kind: 'webhook' as const,
  url: `${url}/check`,
  action: 'block' as const,
});

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      seen.push({ path: request.url, body: JSON.parse(text) });
      signed = { text, headers: request.headers as Record<string, string> };
      if (isSilent) return;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sources = new HttpSources(['127.0.0.1/32'], secretKey);
});
afterAll(async () => {
  await sources.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('services that guards ask', () => {
  it('say where names are, in characters of Unicode, and those of low score do not count', async () => {
    answer = [
      { entity_type: 'PERSON', start: 2, end: 6, score: 0.85 },
      { entity_type: 'LOCATION', start: 10, end: 16, score: 0.6 },
      { entity_type: 'NRP', start: 0, end: 1, score: 0.9 },
      { entity_type: 'PERSON', start: 0, end: 1, score: 0.1 },
    ];
    const text = '🙂 Anna in Berlin';
    const found = await sources.presidio(text, presidio());
    expect(found.map(({ start, end, class: name }) => [name, text.slice(start, end)])).toEqual([
      ['person', 'Anna'],
      ['address', 'Berlin'],
      ['custom', '🙂'],
    ]);
    const body = { text, language: 'en', entities: ['PERSON'], score_threshold: 0.5 };
    expect(seen.at(-1)).toEqual({ path: '/analyze', body });
  });

  it('say whether a text may pass, and why not', async () => {
    answer = { verdict: 'block', categories: ['gossip'] };
    expect(await sources.webhook(['psst'], webhook(), asked)).toEqual({ flagged: ['gossip'] });
    expect(seen.at(-1)).toEqual({
      path: '/check',
      body: {
        guard: 'ours',
        on: 'request',
        request_id: 'req_0123456789',
        organization: 'acme',
        project: 'web',
        texts: ['psst'],
      },
    });
    answer = { verdict: 'block' };
    expect(await sources.webhook(['psst'], webhook(), asked)).toEqual({ flagged: ['policy'] });
    answer = { verdict: 'pass', categories: ['gossip'] };
    expect(await sources.webhook(['psst'], webhook(), asked)).toEqual({ flagged: [] });
  });

  it('can tell by its signature that it is this installation that asks them', async () => {
    answer = { verdict: 'pass' };
    await sources.webhook(['psst'], webhook(), asked);
    const { text, headers } = signed;
    expect(headers['webhook-id']).toBe('req_0123456789_ours_request');
    const theirs = new Webhook(guardSecret(new URL(`${url}/check`), secretKey));
    expect(theirs.verify(text, headers)).toMatchObject({ guard: 'ours' });
    expect(() => theirs.verify(text.replace('psst', 'pssst'), headers)).toThrow();
    expect(() => new Webhook(guardSecret(new URL(`${url}/other`), secretKey)).verify(text, headers)).toThrow();
  });

  it('get no connection by any of the hostile URLs', async () => {
    const strict = new HttpSources([], secretKey);
    const { port } = new URL(url);
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const corpus = [...hostileUrls(Number(port), 'http'), ...hostileUrls(Number(port), 'https')];
    expect(corpus.length).toBeGreaterThan(130);
    for (const { url: hostile } of corpus) {
      await expect(strict.webhook(['psst'], { ...webhook(), url: hostile }, asked)).rejects.toThrow();
      await expect(strict.presidio('psst', presidio({ url: hostile }))).rejects.toThrow();
    }
    expect(connections).toBe(0);
    await strict.close();
  });

  it.each([
    ['another status', () => void (status = 500)],
    ['no verdict', () => void (answer = { verdict: 'perhaps' })],
    ['silence', () => void (isSilent = true)],
  ])('have not answered with %s', async (_what, spoil) => {
    answer = { verdict: 'pass' };
    spoil();
    const hasty = { ...webhook(), ...(isSilent ? { timeoutMilliseconds: 300 } : {}) };
    await expect(sources.webhook(['psst'], hasty, asked)).rejects.toThrow();
    status = 200;
    isSilent = false;
  });

  it('are not asked at addresses that are not public, unless the operator names them', async () => {
    const strict = new HttpSources([], secretKey);
    const before = seen.length;
    await expect(strict.webhook(['psst'], webhook(), asked)).rejects.toThrow('without TLS');
    await expect(strict.presidio('psst', presidio({ url: 'https://169.254.169.254' }))).rejects.toThrow();
    expect(seen).toHaveLength(before);
    await strict.close();
  });
});
