import { describe, expect, it } from '@jest/globals';

import { comesFrom, ownOriginOf } from './own-origin.policy.js';

const OWN = 'https://switchyard.example.com';

describe('our own origin', () => {
  it('is the configured one, whatever address a request came by', () => {
    expect(ownOriginOf({ host: 'evil.example' }, OWN)).toBe(OWN);
  });

  it.each([
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['localhost', 'http://localhost'],
    ['LOCALHOST:1', 'http://localhost:1'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['10.0.0.1:8080', undefined],
    ['localhost.evil.example', undefined],
    ['127.0.0.1.evil.example', undefined],
    ['127.0.0.1@evil.example', undefined],
    [undefined, undefined],
  ])('is a loopback address without a configured one: %s', (host, origin) => {
    expect(ownOriginOf({ host }, undefined)).toBe(origin);
  });
});

describe('where a request comes from', () => {
  it.each([
    ['us', { origin: OWN }],
    ['us', { 'sec-fetch-site': 'same-origin' }],
    ['elsewhere', { origin: 'null' }],
    ['elsewhere', { origin: 'https://evil.example' }],
    ['elsewhere', { origin: 'http://switchyard.example.com' }],
    ['elsewhere', { origin: `${OWN}.evil.example` }],
    ['elsewhere', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['elsewhere', { 'sec-fetch-site': 'cross-site' }],
    ['elsewhere', { 'sec-fetch-site': 'same-site' }],
    ['elsewhere', { 'sec-fetch-site': 'none' }],
    ['unknown', {}],
  ] as const)('is %s for %j', (where, headers) => {
    expect(comesFrom(headers, OWN)).toBe(where);
  });
});
