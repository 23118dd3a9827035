import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IssuedKey, KeyObject } from '#libs/contracts';
import { ApiClient } from '../call-api/api-client.js';
import { describeIssued, describeKeys } from './describe-keys.policy.js';
import { KeyApi } from './key-api.js';
import { keysCommand } from './keys.command.js';

const key = (id: string): KeyObject => ({
  object: 'key',
  id,
  organization: 'acme',
  project: 'web',
  name: 'ci',
  hint: 'sy_live_…abcd',
  scopes: ['inference', 'batches'],
  status: 'active',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: '2026-11-30T11:00:00.000Z',
  replacedBy: null,
  createdAt: '2026-11-30T10:00:00.000Z',
  createdBy: 'admin',
  managedBy: 'api',
  etag: '"v1"',
});
const issued: IssuedKey = { ...key('key_2'), key: 'sy_live_secret' };

describe('keys at the terminal', () => {
  let server: Server;
  let asked: [string, unknown][];
  let api: KeyApi;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        asked.push([`${request.method} ${request.url}`, text === '' ? undefined : JSON.parse(text)]);
        const isFirst = !request.url?.includes('after=');
        const page = { data: [key(isFirst ? 'key_1' : 'key_2')], hasMore: isFirst, next: isFirst ? 'key_1' : null };
        const answer = request.method === 'GET' ? page : request.method === 'DELETE' ? { id: 'key_1' } : issued;
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    api = new KeyApi(new ApiClient({ url: `http://127.0.0.1:${port}`, key: 'sk-test' }), 'acme');
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are listed to the last page, and never show a secret', async () => {
    const keys = await api.list('web');
    expect(keys.map(({ id }) => id)).toEqual(['key_1', 'key_2']);
    expect(asked.map(([route]) => route)).toEqual([
      'GET /admin/v1/organizations/acme/keys?limit=100&project=web',
      'GET /admin/v1/organizations/acme/keys?limit=100&project=web&after=key_1',
    ]);
    expect(describeKeys(keys).split('\n')[1]).toBe(
      '  key_1  web      ci    active  inference,batches  2026-11-30T11:00:00.000Z  –        api',
    );
    expect(describeKeys([])).toContain('switchyard keys create');
  });

  it.each(['2592001', '99999999999', '-1', '1.5', 'a day'])(
    'are not rotated with an overlap of %s',
    async (overlap) => {
      const rotate = keysCommand().commands.find((command) => command.name() === 'rotate');
      rotate?.exitOverride().configureOutput({ writeErr: () => undefined });
      const given = ['key_1', '--organization', 'acme', `--overlap=${overlap}`];
      await expect(rotate?.parseAsync(given, { from: 'user' })).rejects.toThrow('from 0 to 2592000 (30 days)');
      expect(asked).toEqual([]);
    },
  );

  it('are made with what they are bound to, rotated and revoked', async () => {
    expect(describeIssued(await api.create({ project: 'web', name: 'ci', scopes: ['batches'] }))).toBe(
      'key_2 acme/web/ci\nKey, shown this once: sy_live_secret',
    );
    await api.rotate('key_1', 60);
    await api.rotate('key_1', undefined);
    await api.revoke('key_1');
    expect(asked).toEqual([
      ['POST /admin/v1/organizations/acme/keys', { project: 'web', name: 'ci', scopes: ['batches'] }],
      ['POST /admin/v1/organizations/acme/keys/key_1/rotate', { overlapSeconds: 60 }],
      ['POST /admin/v1/organizations/acme/keys/key_1/rotate', {}],
      ['DELETE /admin/v1/organizations/acme/keys/key_1', undefined],
    ]);
  });
});
