import { describe, expect, it } from '@jest/globals';
import { guardSecret } from './guard-secret.js';

const secretKey = Buffer.alloc(32, 7);
const secretOf = (url: string, key = secretKey) => guardSecret(new URL(url), key);

describe('the secret of a guard', () => {
  it('is that of its URL and of the installation', () => {
    const secret = secretOf('https://guard.example.com/check');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(secretOf('HTTPS://Guard.Example.com:443/check')).toBe(secret);
    expect(secretOf('https://guard.example.com/check?v=2')).not.toBe(secret);
    expect(secretOf('https://guard.example.com/check', Buffer.alloc(32, 8))).not.toBe(secret);
  });
});
