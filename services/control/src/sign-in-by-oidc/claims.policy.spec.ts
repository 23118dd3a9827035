import { describe, expect, it } from '@jest/globals';

import { hasClaim, verifiedAddressOf } from './claims.policy.js';

describe('the address that an identity provider vouches for', () => {
  it.each([
    ['verified', { email: 'Dev@Acme.Example', email_verified: true }, false, 'dev@acme.example'],
    ['verified in words', { email: 'dev@acme.example', email_verified: 'true' }, false, 'dev@acme.example'],
    ['not verified', { email: 'dev@acme.example', email_verified: false }, false, undefined],
    ['not verified in words', { email: 'dev@acme.example', email_verified: 'false' }, true, undefined],
    ['nothing said', { email: 'dev@acme.example' }, false, undefined],
    ['nothing said, and trusted', { email: 'dev@acme.example' }, true, 'dev@acme.example'],
    ['denied, though trusted', { email: 'dev@acme.example', email_verified: false }, true, undefined],
    ['no address', { email_verified: true }, true, undefined],
    ['a list of addresses', { email: ['dev@acme.example'], email_verified: true }, true, undefined],
    ['verified by a number', { email: 'dev@acme.example', email_verified: 1 }, true, undefined],
  ] as const)('%s', (_what, claims, isTrusted, address) => {
    expect(verifiedAddressOf(claims, isTrusted)).toBe(address);
  });

  it.each([
    'dev@acme.example,owner@acme.example',
    'dev@acme.example owner@acme.example',
    '"dev"@acme.example',
    'dev@evil.example@acme.example',
    'dev@acme.example\n',
    'dev@acme.example\u0000',
    'Dev <dev@acme.example>',
    '@acme.example',
    'dev@',
    'dev@ACMÉ.example',
    `${'a'.repeat(65)}@acme.example`,
  ])('is none where it could be read as another: %j', (email) => {
    expect(verifiedAddressOf({ email, email_verified: true }, true)).toBeUndefined();
  });
});

describe('a claim', () => {
  it.each([
    ['the value', { groups: 'engineering' }, true],
    ['a list with it', { groups: ['all', 'engineering'] }, true],
    ['a list without it', { groups: ['all'] }, false],
    ['a part of it', { groups: 'engineering-guests' }, false],
    ['a list in a list', { groups: [['engineering']] }, false],
    ['an object that reads as it', { groups: { toString: (): string => 'engineering' } }, false],
    ['nothing', {}, false],
  ] as const)('is met by %s or not', (_what, claims, isMet) => {
    expect(hasClaim(claims, 'groups', 'engineering')).toBe(isMet);
  });

  it('is the own one of the claims, and may be yes or no', () => {
    expect(hasClaim({}, 'constructor', 'Object')).toBe(false);
    expect(
      hasClaim(Object.create({ groups: 'engineering' }) as object as Record<string, unknown>, 'groups', 'engineering'),
    ).toBe(false);
    expect(hasClaim({ employee: true }, 'employee', 'true')).toBe(true);
    expect(hasClaim({ level: 1 }, 'level', '1')).toBe(false);
  });
});
