import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '#libs/contracts';
import { ApiClient } from '../call-api/api-client.js';
import { DeadLetterApi } from './dead-letter-api.js';
import { describeDeadLetter, describeDeadLetters, describeEnd } from './describe-dead-letters.policy.js';
import { settleLetters } from './settle-letters.js';

const letter = (id: string): DeadLetter => ({
  object: 'dead_letter',
  id,
  status: 'resting',
  consumer: 'billing',
  kind: 'delivery_limit',
  reason: `TypeError: ${'no price '.repeat(20)}`,
  error_class: 'TypeError',
  stack_hash: '0123456789ab',
  deliveries: 10,
  subject: 'request.completed.v1.demo.interactive',
  stream: 'RESULTS',
  stream_sequence: 7,
  bytes: 3,
  buried_at: '2026-01-01T00:00:00.000Z',
  redriven_from: null,
  settled_at: null,
  settled_by: null,
});
const redriven: Partial<DeadLetter> = {
  status: 'redriven',
  settled_at: '2026-01-02T00:00:00.000Z',
  settled_by: 'admin',
};
const page = (ids: string[], hasMore: boolean) => ({ object: 'list', data: ids.map(letter), has_more: hasMore });

let server: Server;
let api: DeadLetterApi;
const routes: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    routes.push(route);
    const isTaken = route.includes('dl_taken');
    const list = route.includes('after=dl_2') ? page(['dl_3'], false) : page(['dl_1', 'dl_2'], true);
    const taken = { error: { message: 'It was redriven by admin.', code: 'dead_letter_settled' } };
    const settled = { ...letter(route.split('/').at(-2) ?? ''), ...redriven };
    const answer = request.method === 'GET' ? list : settled;
    request.resume();
    response
      .writeHead(isTaken ? 409 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(isTaken ? taken : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  api = new DeadLetterApi(new ApiClient({ url: `http://127.0.0.1:${port}`, key: 'sk-key' }));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('settling dead letters', () => {
  it('sends again all that rest of a consumer, page by page', async () => {
    const { settled, failed } = await settleLetters(api, 'redrive', { ids: [], consumer: 'billing' });
    expect(settled.map(({ id }) => id)).toEqual(['dl_1', 'dl_2', 'dl_3']);
    expect(failed).toEqual([]);
    expect(routes.slice(0, 2)).toEqual([
      'GET /admin/v1/dead-letters?consumer=billing&limit=100',
      'GET /admin/v1/dead-letters?consumer=billing&limit=100&after=dl_2',
    ]);
  });

  it('goes on behind one that fails, and says which and why', async () => {
    const { settled, failed } = await settleLetters(api, 'redrive', { ids: ['dl_taken', 'dl_9'] });
    expect(settled.map(({ id }) => id)).toEqual(['dl_9']);
    expect(failed).toEqual([{ id: 'dl_taken', message: expect.stringContaining('redriven by admin') }]);
  });

  it('is refused for no letter and for two ways to name them', async () => {
    for (const chosen of [{ ids: [] }, { ids: ['dl_1'], consumer: 'billing' }])
      await expect(settleLetters(api, 'discard', chosen)).rejects.toThrow('Name either letters');
  });
});

describe('dead letters for people', () => {
  it('are a table of short reasons, and how to see more', () => {
    const text = describeDeadLetters({ object: 'list', data: [letter('dl_1')], has_more: true }, { status: 'resting' });
    expect(text).toContain('dl_1  resting');
    expect(text).toContain(' no …');
    expect(text.split('\n').at(-1)).toBe('There are more: --after dl_1');
    const none = { object: 'list' as const, data: [], has_more: false };
    expect(describeDeadLetters(none, { status: 'resting' })).toBe('There are no dead letters that rest.');
    expect(describeDeadLetters(none, { status: 'all', consumer: 'audit', after: 'dl_9' })).toBe(
      'There are no dead letters of audit after dl_9.',
    );
  });

  it('are shown whole one by one', () => {
    const headers = { traceparent: '00-1' };
    const shown = { ...letter('dl_1'), headers, payload: { text: '{"a":1}', truncated: false } };
    const text = describeDeadLetter(shown);
    expect(text).toContain('by billing at 2026-01-01T00:00:00.000Z after 10 deliveries');
    expect(text).toContain('traceparent');
    expect(text.split('\n').at(-1)).toBe('{"a":1}');
    expect(describeDeadLetter({ ...shown, ...redriven, payload: null })).toContain('(dropped when it was settled)');
    expect(describeEnd({ ...letter('dl_1'), ...redriven })).toBe('redriven by admin at 2026-01-02T00:00:00.000Z');
  });
});
