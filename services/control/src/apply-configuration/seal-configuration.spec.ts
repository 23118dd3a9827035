import { describe, expect, it } from '@jest/globals';

import { snapshotSchema } from '#libs/contracts';
import { KeyHasher, openCredential, sha256Hex } from '#libs/secrets';

import type { CompiledConfiguration } from '../compile-configuration/compiled-configuration.js';
import { sealConfiguration } from './seal-configuration.js';

const secretKey = new Uint8Array(32).fill(3);
const adminKeySha256 = sha256Hex('sk-admin');
const configuration: CompiledConfiguration = {
  providers: [
    {
      name: 'main',
      kind: 'openai',
      options: { baseUrl: 'http://a', headers: { b: '1', a: '2' } },
      plainCredentials: ['sk-up', 'sk-up-2'],
    },
    { name: 'toy', kind: 'sim', options: {}, plainCredentials: [] },
  ],
  models: [],
  priceOverrides: [],
  keys: [{ name: 'ci', plainKey: 'sk-demo', organization: 'demo', project: 'default' }],
  budgets: [],
  markups: [],
  adminHome: { organization: 'demo', project: 'default' },
  organizations: [],
  plans: [],
  accounts: [],
  issuers: [],
  payloads: [],
  retention: [],
};

describe('sealConfiguration', () => {
  const { content, digest } = sealConfiguration(configuration, { secretKey, adminKeySha256 });

  it('seals credentials for their own provider', () => {
    const [main, toy] = content.providers;

    const opened = main?.credentials?.map((sealed) => openCredential(sealed, { provider: 'main', secretKey }));
    expect(opened).toEqual(['sk-up', 'sk-up-2']);
    expect(toy).not.toHaveProperty('credentials');
  });

  it('hashes the keys and puts the bootstrap key first', () => {
    const hasher = new KeyHasher(secretKey);

    expect(content.keys).toEqual([
      { hash: hasher.hash('sk-admin'), name: 'admin', organization: 'demo', project: 'default', admin: true },
      { hash: hasher.hash('sk-demo'), name: 'ci', organization: 'demo', project: 'default', admin: false },
    ]);
  });

  it('holds no secret and fits the contract', () => {
    expect(JSON.stringify(content)).not.toMatch(/sk-(up|demo|admin)/);
    expect(snapshotSchema.parse({ version: 1, revision: 1, createdAt: 0, ...content })).toMatchObject(content);
  });

  it('has one digest for equal content, whatever the nonces and the order of fields', () => {
    const [main, toy] = configuration.providers;
    const reordered = { ...main!, options: { headers: { a: '2', b: '1' }, baseUrl: 'http://a' } };
    const again = sealConfiguration({ ...configuration, providers: [reordered, toy!] }, { secretKey, adminKeySha256 });

    expect(again.digest).toBe(digest);
    expect(again.content.providers[0]?.credentials).not.toEqual(content.providers[0]?.credentials);
  });

  it.each([
    ['a credential', { providers: [{ ...configuration.providers[0]!, plainCredentials: ['sk-new'] }] }],
    ['a key', { keys: [{ ...configuration.keys[0]!, plainKey: 'sk-new' }] }],
    ['a tier', { keys: [{ ...configuration.keys[0]!, tier: 'gold' }] }],
    ['the breaker', { breaker: { leastCalls: 5 } }],
    ['the home of the bootstrap key', { adminHome: { organization: 'other', project: 'default' } }],
  ])('has another digest when %s changes', (_what, change) => {
    expect(sealConfiguration({ ...configuration, ...change }, { secretKey, adminKeySha256 }).digest).not.toBe(digest);
  });

  it('has another digest under another secret key, since no credential opens any more', () => {
    const other = { secretKey: new Uint8Array(32).fill(4), adminKeySha256 };

    expect(sealConfiguration(configuration, other).digest).not.toBe(digest);
  });
});
