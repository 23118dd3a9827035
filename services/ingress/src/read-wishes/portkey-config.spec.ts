import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, jsonValue, letrec, property, record, array, oneof } from 'fast-check';
import { wishesSchema } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { wishesOfPortkeyConfig } from './portkey-config.js';

const seen = { metadata: { plan: 'paid', age: 30 }, params: { model: 'm', max_tokens: 100 } };
const wishesOf = (config: unknown) => wishesOfPortkeyConfig(JSON.stringify(config), seen);
/** Its member `then` is named in text only: an object that has one could be taken for a promise. */
const condition = (query: unknown, name: string): unknown =>
  JSON.parse(`{"query":${JSON.stringify(query)},"then":${JSON.stringify(name)}}`);
const conditional = (query: unknown) => ({
  strategy: { mode: 'conditional', conditions: [condition(query, 'big')], default: 'small' },
  targets: [
    { name: 'big', provider: 'b' },
    { name: 'small', provider: 's' },
  ],
});
const refusal = (config: unknown): unknown => {
  try {
    return wishesOf(config);
  } catch (error) {
    if (error instanceof DialectError) return [error.status, error.param];
    throw error;
  }
};

describe('wishes of a Portkey configuration', () => {
  it.each([
    [{ provider: '@openai-prod' }, { targets: [{ provider: 'openai-prod' }] }],
    [
      { strategy: { mode: 'single' }, targets: [{ provider: 'a' }, { provider: 'b' }] },
      { targets: [{ provider: 'a' }] },
    ],
    [
      {
        strategy: { mode: 'fallback' },
        targets: [{ provider: 'a', override_params: { model: 'x' } }, { provider: 'b' }],
      },
      { targets: [{ provider: 'a', model: 'x' }, { provider: 'b' }] },
    ],
    [
      {
        strategy: { mode: 'loadbalance' },
        targets: [
          { provider: 'a', weight: 0.9 },
          { provider: 'b', weight: 0.1 },
        ],
      },
      {
        mode: 'loadbalance',
        targets: [
          { provider: 'a', weight: 0.9 },
          { provider: 'b', weight: 0.1 },
        ],
      },
    ],
    [
      {
        strategy: { mode: 'loadbalance' },
        override_params: { model: 'x' },
        targets: [
          { weight: 1, strategy: { mode: 'fallback' }, targets: [{ provider: 'a' }, { provider: 'b' }] },
          {
            weight: 3,
            strategy: { mode: 'loadbalance' },
            targets: [
              { provider: 'c', weight: 2 },
              { provider: 'd', weight: 1 },
            ],
          },
        ],
      },
      {
        mode: 'loadbalance',
        targets: [
          { provider: 'a', model: 'x', weight: 1 },
          { provider: 'b', model: 'x', weight: 0 },
          { provider: 'c', model: 'x', weight: 2 },
          { provider: 'd', model: 'x', weight: 1 },
        ],
      },
    ],
    [
      { retry: { attempts: 9, on_status_codes: [429] }, request_timeout: 10_000, cache: { mode: 'simple' } },
      { retries: { attempts: 5, statuses: [429] }, attemptTimeoutMilliseconds: 10_000 },
    ],
    [{}, {}],
  ])('of %j are %j', (config, wishes) => {
    expect(wishesOf(config)).toEqual(wishes);
    expect(wishesSchema.parse(wishes)).toEqual(wishes);
  });

  it.each([
    [{ 'metadata.plan': 'paid' }, 'b'],
    [{ 'metadata.plan': { $eq: 'free' } }, 's'],
    [{ 'metadata.plan': { $ne: 'free' }, 'params.max_tokens': { $gt: 50, $lte: 100 } }, 'b'],
    [{ 'params.max_tokens': { $gte: 101 } }, 's'],
    [{ 'metadata.age': { $lt: 40 } }, 'b'],
    [{ 'metadata.none': { $lt: 40 } }, 's'],
    [{ 'metadata.constructor': { $ne: 'x' } }, 'b'],
    [{ 'params.model': { $in: ['m', 'n'] } }, 'b'],
    [{ 'params.model': { $nin: ['m', 'n'] } }, 's'],
    [{ 'metadata.plan': { $regex: '^pa' } }, 'b'],
    [{ 'metadata.plan': { $regex: 'pa$' } }, 's'],
    [{ $or: [{ 'metadata.plan': 'free' }, { 'params.model': 'm' }] }, 'b'],
    [{ $and: [{ 'metadata.plan': 'free' }, { 'params.model': 'm' }] }, 's'],
  ])('follow the condition %j', (query, provider) => {
    expect(wishesOf(conditional(query))).toEqual({ targets: [{ provider }] });
  });

  it.each([
    [{ strategy: { mode: 'sometimes' }, targets: [] }, 'strategy.mode'],
    [{ provider: 7 }, 'provider'],
    [{ provider: '@' }, 'provider'],
    [{ input_guardrails: ['g'] }, 'input_guardrails'],
    [{ override_params: { temperature: 1 } }, 'override_params.temperature'],
    [{ strategy: { mode: 'fallback' }, targets: [{ provider: 'a' }, { virtual_key: 'k' }] }, 'targets.1.virtual_key'],
    [conditional({ 'url.pathname': 'x' }), 'strategy.conditions.0.query.url.pathname'],
    [conditional({ 'metadata.plan': { $like: 'x' } }), 'strategy.conditions.0.query.metadata.plan.$like'],
    [conditional({ 'metadata.plan': { $regex: '(a+)+b' } }), 'strategy.conditions.0.query.metadata.plan.$regex'],
    [conditional({ 'metadata.plan': { $in: 'paid' } }), 'strategy.conditions.0.query.metadata.plan.$in'],
    [{ strategy: { mode: 'conditional', default: 'none' }, targets: [{ name: 'a' }] }, 'strategy.conditions'],
  ])('refuse %j by its place', (config, place) => {
    expect(refusal(config)).toEqual([400, `x-portkey-config.${place}`]);
  });

  it.each(['pc-saved-123', '', '{'])('refuse what is no configuration: %j', (text) => {
    expect(() => wishesOfPortkeyConfig(text, seen)).toThrow(expect.objectContaining({ param: 'x-portkey-config' }));
  });

  it('refuse what is nested too deep', () => {
    const deep = `${'{"targets":['.repeat(1_000)}{}${']}'.repeat(1_000)}`;
    expect(() => wishesOfPortkeyConfig(deep, seen)).toThrow('deeper');
  });

  it('are wishes or a refusal that is typed, whatever a configuration holds', () => {
    const { config } = letrec((tie) => ({
      config: record(
        {
          provider: oneof(constantFrom('@a', '@', 'b'), jsonValue()),
          weight: jsonValue(),
          name: constantFrom('a', 'b'),
          retry: jsonValue(),
          request_timeout: jsonValue(),
          strategy: record(
            {
              mode: constantFrom('single', 'fallback', 'loadbalance', 'conditional'),
              conditions: array(
                jsonValue().map((query) => condition(query, 'a')),
                { maxLength: 2 },
              ),
              default: constantFrom('a', 'b'),
            },
            { requiredKeys: [] },
          ),
          targets: oneof({ maxDepth: 3 }, jsonValue(), array(tie('config'), { maxLength: 3 })),
        },
        { requiredKeys: [] },
      ),
    }));
    assert(
      property(oneof(config, jsonValue()), (value) => {
        try {
          wishesSchema.parse(wishesOf(value));
        } catch (error) {
          if (!(error instanceof DialectError)) throw error;
        }
      }),
    );
  });
});
