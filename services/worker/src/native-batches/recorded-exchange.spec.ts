import { afterAll, describe, expect, it } from '@jest/globals';
import { fetchThrough } from '../provider-http/fetch-through.js';
import { RecordedExchange } from './recorded-exchange.js';

const exchange = new RecordedExchange();
const call = (body: string) => () =>
  fetchThrough(exchange)('http://127.0.0.1:1/v1/chat?x=1', { method: 'POST', body, headers: { 'X-Beta': 'a' } });

afterAll(() => exchange.close());

describe('RecordedExchange', () => {
  it('keeps the request of a call without sending it', async () => {
    expect(await exchange.requestOf(call('{"n":1}'))).toMatchObject({
      path: '/v1/chat',
      headers: { 'x-beta': 'a' },
      body: '{"n":1}',
    });
  });

  it('keeps apart what calls ask at the same time', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => `{"n":${index}}`);
    const requests = await Promise.all(bodies.map((body) => exchange.requestOf(call(body))));
    expect(requests.map((request) => request?.body)).toEqual(bodies);
  });

  it('knows no request for a call that makes several', async () => {
    const several = () => Promise.allSettled([call('1')(), call('2')()]);
    expect(await exchange.requestOf(several)).toBeUndefined();
  });

  it('answers a call with what came by another way', async () => {
    const response = await exchange.answered({ status: 429, body: '{"error":{}}' }, call('{}'));
    expect([response.status, await response.json()]).toEqual([429, { error: {} }]);
  });

  it('answers one request alone', async () => {
    const twice = async () => [await call('1')(), await call('2')()];
    await expect(exchange.answered({ status: 200, body: '{}' }, twice)).rejects.toThrow('in one');
  });
});
