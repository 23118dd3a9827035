import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, dictionary, jsonValue, oneof, property, string } from 'fast-check';
import { factsSchema } from '#libs/contracts';
import { chatDialect, DialectError, type DialectFacts } from '#libs/dialects';
import { addHeaderFacts } from './header-facts.js';

const NAMES = [
  'x-session-id',
  'x-switchyard-tags',
  'x-litellm-tags',
  'x-litellm-end-user-id',
  'x-switchyard-timeout-ms',
  'x-litellm-timeout',
  'x-portkey-request-timeout',
  'x-portkey-metadata',
  'x-portkey-provider',
  'x-portkey-config',
  'x-litellm-num-retries',
];
const read = (headers: Record<string, string>, fields: object = {}): DialectFacts => {
  const body = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields }));
  const facts = chatDialect.readFacts(body);
  addHeaderFacts(facts, { headerOf: (name) => headers[name], body, receivedAt: 1_000 });
  return facts;
};

describe('facts of headers', () => {
  it('are none where none are sent', () => {
    expect(Object.keys(read({}))).toEqual(
      Object.keys(chatDialect.readFacts(Buffer.from('{"model":"m","messages":[{"role":"user","content":"hi"}]}'))),
    );
  });

  it.each([
    [{ 'x-session-id': ' s ' }, { session: 's' }],
    [{ 'x-switchyard-tags': 'a, b', 'x-litellm-tags': 'b,c' }, { tags: ['a', 'b', 'c'] }],
    [{ 'x-litellm-end-user-id': 'u' }, { endUser: 'u' }],
    [{ 'x-switchyard-timeout-ms': '250', 'x-litellm-timeout': '9' }, { deadline: 1_250 }],
    [{ 'x-litellm-timeout': '1.5' }, { deadline: 2_500 }],
    [{ 'x-portkey-request-timeout': '500' }, { deadline: 1_500 }],
    [
      { 'x-portkey-metadata': '{"plan":"gold","_user":"u","n":1}' },
      { metadata: { plan: 'gold', _user: 'u' }, endUser: 'u' },
    ],
    [{ 'x-portkey-provider': '@openai-prod' }, { wishes: { only: ['openai-prod'] } }],
    [{ 'x-litellm-num-retries': '7' }, { wishes: { retries: { attempts: 5 } } }],
    [{ 'x-portkey-config': '{"provider":"@a"}' }, { wishes: { targets: [{ provider: 'a' }] } }],
  ])('of %j are %j', (headers, facts) => {
    expect(read(headers as Record<string, string>)).toMatchObject(facts);
  });

  it('stand behind those of the body', () => {
    const fields = {
      session_id: 'body',
      user: 'u',
      metadata: { plan: 'body', tags: ['t'] },
      provider: { order: ['o'] },
    };
    const headers = {
      'x-session-id': 'header',
      'x-litellm-end-user-id': 'header',
      'x-portkey-metadata': '{"plan":"header","more":"header"}',
      'x-portkey-config': '{"provider":"@a","retry":{"attempts":1}}',
    };
    expect(read(headers, fields)).toMatchObject({
      session: 'body',
      endUser: 'u',
      metadata: { plan: 'body', more: 'header' },
      tags: ['t'],
      wishes: { order: ['o'], retries: { attempts: 1 } },
    });
    expect(read(headers, fields).wishes).not.toHaveProperty('targets');
  });

  it('decide conditions by the body and the metadata of both', () => {
    const query = { 'metadata.plan': 'gold', 'params.temperature': { $lt: 1 } };
    const config = {
      strategy: {
        mode: 'conditional',
        conditions: [{ query, to: 'a' }],
        default: 'b',
      },
      targets: [
        { name: 'a', provider: 'a' },
        { name: 'b', provider: 'b' },
      ],
    };
    const headers = {
      'x-portkey-config': JSON.stringify(config).replace('"to"', '"then"'),
      'x-portkey-metadata': '{"plan":"gold"}',
    };
    expect(read(headers, { temperature: 0.5 }).wishes?.targets).toEqual([{ provider: 'a' }]);
    expect(read(headers, { temperature: 1 }).wishes?.targets).toEqual([{ provider: 'b' }]);
  });

  it.each([
    [{ 'x-switchyard-timeout-ms': 'soon' }, 'x-switchyard-timeout-ms'],
    [{ 'x-litellm-timeout': '0' }, 'x-litellm-timeout'],
    [{ 'x-litellm-num-retries': '1.5' }, 'x-litellm-num-retries'],
    [{ 'x-portkey-metadata': '[]' }, 'x-portkey-metadata'],
    [{ 'x-portkey-config': 'pc-1' }, 'x-portkey-config'],
  ])('are refused in %j, by the name of the header', (headers, param) => {
    expect(() => read(headers as Record<string, string>)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('are facts or a refusal that is typed, whatever headers hold', () => {
    const value = oneof(
      string(),
      jsonValue().map((json) => JSON.stringify(json)),
    );
    const shape = factsSchema.pick({
      session: true,
      tags: true,
      metadata: true,
      deadline: true,
      wishes: true,
      endUser: true,
    });
    assert(
      property(dictionary(constantFrom(...NAMES), value), (headers) => {
        try {
          shape.parse(read(headers));
        } catch (error) {
          if (!(error instanceof DialectError)) throw error;
        }
      }),
    );
  });
});
