import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createHttpAdapter } from './create-http-adapter.js';

const FORGED: Record<string, string> = {
  'x-forwarded-for': '192.0.2.1',
  'x-real-ip': '192.0.2.1',
  'true-client-ip': '192.0.2.1',
  forwarded: 'for=192.0.2.1;host=evil.example;proto=https',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
};

describe('where a request came from', () => {
  let http: FastifyInstance;
  afterEach(() => http.close());

  const seen = async (
    trusted: readonly string[],
    { from, headers }: { from: string; headers: Record<string, string> },
  ): Promise<{ ip: string; host: string }> => {
    const { adapter } = await createHttpAdapter(trusted);
    http = adapter.getInstance<FastifyInstance>();
    http.get('/', ({ ip, hostname }, reply) => reply.send({ ip, host: hostname }));
    return (await http.inject({ url: '/', remoteAddress: from, headers: { host: 'api.example', ...headers } })).json();
  };

  it.each(Object.keys(FORGED))('is not what a stranger says in %s', async (name) => {
    const headers = { [name]: FORGED[name] ?? '' };
    for (const trusted of [[], ['10.0.0.0/8']])
      expect(await seen(trusted, { from: '203.0.113.9', headers })).toEqual({ ip: '203.0.113.9', host: 'api.example' });
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['198.51.100.1, 192.0.2.1', '192.0.2.1'],
    ['127.0.0.1, 10.9.9.9, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
  ])('is what the nearest trusted proxy saw, whatever a caller put before it: %s', async (forwarded, ip) => {
    expect((await seen(['10.0.0.0/8'], { from: '10.1.1.1', headers: { 'x-forwarded-for': forwarded } })).ip).toBe(ip);
  });
});
