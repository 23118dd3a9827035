import { describe, expect, it } from '@jest/globals';
import { assert, anything, jsonValue, property, record } from 'fast-check';
import { wishesSchema } from '#libs/contracts';
import { DialectError } from '../dialect-error.js';
import { OWN_MEMBERS, ownFactsOf } from './own-fields.js';

const factsOf = (request: Record<string, unknown>) => ownFactsOf(request, new Map(Object.entries(request)));
const wishesOf = (request: Record<string, unknown>) => factsOf(request)?.wishes;

describe('the own fields of a gateway', () => {
  it.each([
    [{ models: ['a', 'b'] }, { models: ['a', 'b'] }],
    [{ fallbacks: [{ model: 'a' }, 'b'] }, { models: ['a', 'b'] }],
    [{ models: ['a'], fallbacks: ['b', 'a'] }, { models: ['a', 'b'] }],
    [{ provider: { order: ['x'], allow_fallbacks: false } }, { order: ['x'], allowFallbacks: false }],
    [{ provider: { only: ['x'], ignore: ['y'] } }, { only: ['x'], ignore: ['y'] }],
    [{ provider: { data_collection: 'deny', zdr: true } }, { noTraining: true, zeroRetention: true }],
    [{ provider: { require_parameters: true } }, { requireParameters: true }],
    [{ provider: { sort: 'price' } }, { sort: 'price' }],
    [{ provider: { sort: { by: 'latency', partition: 'none' } } }, { sort: 'latency' }],
    [
      { provider: { max_price: { prompt: 1.5, completion: '2', request: 0.01, image: 0 } } },
      {
        maxPrice: {
          promptNanoUsdPerMillion: '1500000000',
          completionNanoUsdPerMillion: '2000000000',
          requestNanoUsd: '10000000',
          imageNanoUsd: '0',
        },
      },
    ],
    [{ provider: { preferred_min_throughput: 40 } }, { minThroughput: { value: 40, percentile: 50 } }],
    [{ provider: { preferred_max_latency: { p90: 1.5, p99: 3 } } }, { maxLatency: { value: 1_500, percentile: 90 } }],
    [{ provider: { sort: 'exacto', quantizations: ['fp8'], allow_fallbacks: true, order: [] } }, undefined],
    [{ route: 'fallback', transforms: [], plugins: null }, undefined],
  ])('of %j wish %j', (request, wishes) => {
    expect(wishesOf(request)).toEqual(wishes);
    if (wishes) expect(wishesSchema.parse(wishes)).toEqual(wishes);
  });

  it('are named, with the session, so that they can be taken out', () => {
    expect(factsOf({ session_id: 's', models: [] })).toEqual({ ownMembers: ['models', 'session_id'], session: 's' });
    expect(factsOf({ model: 'm', temperature: 1 })).toBeUndefined();
  });

  it.each([
    [{ models: 'a' }, 'models'],
    [{ models: [1] }, 'models[0]'],
    [{ fallbacks: [{}] }, 'fallbacks[0].model'],
    [{ session_id: 7 }, 'session_id'],
    [{ route: 'best' }, 'route'],
    [{ provider: { order: 'x' } }, 'provider.order'],
    [{ provider: { order: ['x'.repeat(201)] } }, 'provider.order[0]'],
    [{ provider: { sort: 'quality' } }, 'provider.sort'],
    [{ provider: { data_collection: 'maybe' } }, 'provider.data_collection'],
    [{ provider: { max_price: { prompt: -1 } } }, 'provider.max_price.prompt'],
    [{ provider: { preferred_max_latency: 0 } }, 'provider.preferred_max_latency'],
  ])('are refused in %j, by the name of the field', (request, param) => {
    expect(() => factsOf(request)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('are refused with the words that a sort takes', () => {
    const refused = (sort: unknown) => () => factsOf({ provider: { sort } });
    expect(refused('best')).toThrow(/'provider\.sort': must be price, throughput or latency/);
    expect(refused({ by: 'best' })).toThrow(/'provider\.sort\.by': must be price, throughput or latency/);
  });

  it('are wishes or a refusal that is typed, whatever they hold', () => {
    const fields = Object.fromEntries(OWN_MEMBERS.map((name) => [name, jsonValue()]));
    assert(
      property(record(fields, { requiredKeys: [] }), (request) => {
        try {
          const wishes = wishesOf(request);
          if (wishes) wishesSchema.parse(wishes);
        } catch (error) {
          if (!(error instanceof DialectError)) throw error;
        }
      }),
    );
    assert(
      property(record({ order: anything(), sort: jsonValue(), max_price: jsonValue() }), (provider) => {
        try {
          wishesSchema.parse(wishesOf({ provider }) ?? {});
        } catch (error) {
          if (!(error instanceof DialectError)) throw error;
        }
      }),
    );
  });
});
