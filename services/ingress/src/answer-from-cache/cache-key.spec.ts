import { describe, expect, it } from '@jest/globals';
import type { Facts, ModelEntry, ProviderEntry, Snapshot } from '#libs/contracts';
import { CachePolicies } from './cache-policies.js';
import { cacheKey } from './cache-key.js';

const target = {
  provider: 'main',
  model: 'gpt-4.1',
  priority: 1,
  weight: 1,
  price: { version: 'p1', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' },
};
const model = (changes: Partial<ModelEntry> = {}): ModelEntry => ({
  name: 'chat',
  strategy: 'priority',
  timeouts: { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 },
  targets: [target],
  ...changes,
  routing: { cache: { seconds: 60, priceShare: 0 }, ...changes.routing },
});
const provider: ProviderEntry = { name: 'main', kind: 'openai', options: { baseUrl: 'https://a.test' } };
const facts = {
  requestId: 'req_0123456789',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'chat',
  stream: false,
  usageAsked: false,
} as Facts;
const body = '{"model":"chat","messages":[{"role":"user","content":"hello"}],"temperature":0.7}';

interface Question {
  models?: ModelEntry[];
  providers?: ProviderEntry[];
  trial?: Snapshot['trial'];
  facts?: Partial<Facts>;
  body?: string;
}

function keyOf(question: Question = {}): string | undefined {
  const policies = new CachePolicies();
  const { models = [model()], providers = [provider], trial } = question;
  policies.follow({ revision: 1, models, providers, trial });
  const asked = { ...facts, ...question.facts };
  const policy = policies.of(asked);
  return policy && cacheKey(asked, Buffer.from(question.body ?? body), policy);
}

describe('the key of a kept answer', () => {
  it('names the organisation, and a hash', () => {
    expect(keyOf()).toMatch(/^demo\.[0-9a-f]{64}$/);
  });

  it.each<[string, Question]>([
    [
      'order and spaces',
      { body: '{ "temperature": 0.70, "messages":[{"content":"hello","role":"user"}],"model":"chat"}' },
    ],
    ['who asks', { body: `${body.slice(0, -1)},"user":"u1","safety_identifier":"s","metadata":{"a":"b"}}` }],
    ['what a cache of the provider goes by', { body: `${body.slice(0, -1)},"prompt_cache_key":"k"}` }],
    ['the id of the request', { facts: { requestId: 'req_9876543210' } }],
    ['project, key and tier where nothing is kept from them', { facts: { project: 'p', key: 'k', tier: 't' } }],
    ['a renewed credential', { providers: [{ ...provider, credentials: ['sealed'] }] }],
    ['a model that it never leads to', { models: [model(), model({ name: 'other' })] }],
    [
      'wishes that are not followed',
      { models: [model({ routing: { callersWishes: false } })], facts: { wishes: { only: ['x'] } } },
    ],
  ])('does not depend on %s', (what, question) => {
    const isOwnModel = what.startsWith('wishes');
    expect(keyOf(question)).toBe(keyOf(isOwnModel ? { models: question.models ?? [] } : {}));
  });

  it.each<[string, Question]>([
    ['organisation', { facts: { organization: 'acme' } }],
    ['dialect', { facts: { dialect: 'openai-responses' } }],
    ['stream', { facts: { stream: true } }],
    ['usage within the stream', { facts: { stream: true, usageAsked: true } }],
    ['temperature', { body: body.replace('0.7', '0.8') }],
    ['words', { body: body.replace('hello', 'Hello') }],
    ['plugins', { body: `${body.slice(0, -1)},"plugins":[{"id":"web"}]}` }],
    ['wishes of the caller', { facts: { wishes: { only: ['other'] } } }],
    ['headers for the provider', { facts: { passedHeaders: { 'anthropic-beta': 'x' } } }],
    ['targets', { models: [model({ targets: [{ ...target, model: 'gpt-5' }] })] }],
    ['place of the provider', { providers: [{ ...provider, options: { baseUrl: 'https://b.test' } }] }],
    ['policy', { models: [model({ routing: { cache: { seconds: 61, priceShare: 0 } } })] }],
  ])('is another for another %s', (_what, question) => {
    expect(keyOf(question)).not.toBe(keyOf(question.facts?.usageAsked ? { facts: { stream: true } } : {}));
  });

  it('changes with every model that the policy may lead to, over any number of steps', () => {
    const chain = (last: string): ModelEntry[] => [
      model({ routing: { fallbacks: { models: ['second'] } } }),
      {
        ...model({ name: 'second' }),
        auto: { weak: 'third', strong: 'chat', levels: { cheap: 1, balanced: 1, best: 1 } },
      },
      model({ name: 'third', targets: [{ ...target, model: last }] }),
    ];
    expect(keyOf({ models: chain('a') })).not.toBe(keyOf({ models: chain('b') }));
  });

  it('is shared with nobody whom a policy of access might refuse', () => {
    const models = [model({ targets: [{ ...target, access: { keys: ['ci'] } }] })];
    for (const other of [{ key: 'other' }, { project: 'other' }, { tier: 'gold' }]) {
      expect(keyOf({ models, facts: other })).not.toBe(keyOf({ models }));
    }
    expect(keyOf({ models, facts: { endUser: 'u' } })).toBe(keyOf({ models }));
  });

  it('is shared with nobody whom a rule might treat otherwise', () => {
    const models = [model({ routing: { rules: [{ name: 'r', when: 'request.user == "u"', refuse: 'no' }] } })];
    const others: Partial<Facts>[] = [{ endUser: 'u' }, { tags: ['t'] }, { metadata: { a: 'b' } }, { session: 's' }];
    const keys = [{}, ...others].map((other) => keyOf({ models, facts: other }));
    expect(new Set(keys).size).toBe(5);
  });

  it('is shared with nobody whom a model that the caller names might refuse, and changes with that model', () => {
    const other = (last: string) => model({ name: 'other', targets: [{ ...target, model: last }] });
    const wishes: Facts['wishes'][] = [{ models: ['other'] }, { targets: [{ model: 'other' }] }];
    for (const wished of wishes) {
      const key = (last: string, over: Partial<Facts> = {}) =>
        keyOf({ models: [model(), other(last)], facts: { wishes: wished, ...over } });
      expect(key('a', { requestId: 'req_9876543210' })).toBe(key('a'));
      expect(key('a', { key: 'k' })).not.toBe(key('a'));
      expect(key('a', { endUser: 'u' })).not.toBe(key('a'));
      expect(key('b')).not.toBe(key('a'));
    }
  });

  it('is that of the policies on trial for requests that they decide on', () => {
    const trial = { revision: 2, share: 1, models: [model({ targets: [{ ...target, model: 'gpt-5' }] })] };
    expect(keyOf({ trial })).toBe(keyOf({ models: trial.models }));
    expect(keyOf({ trial: { ...trial, share: 0 } })).toBe(keyOf());
  });

  it('is none for a model without a policy, or a body that might be taken for another', () => {
    expect(keyOf({ models: [{ ...model(), routing: {} }] })).toBeUndefined();
    expect(keyOf({ body: '{"seed":9007199254740993}' })).toBeUndefined();
  });
});
