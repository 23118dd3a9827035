import { describe, expect, it } from '@jest/globals';

import { SignInSecrets } from './sign-in-secrets.js';

const secrets = new SignInSecrets(Buffer.alloc(32, 1));

describe('tokens of sign-in', () => {
  it('are 256 random bits, of which a hash for one purpose is kept', () => {
    const token = secrets.newToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(secrets.newToken()).not.toBe(token);
    expect(secrets.hash('session', token)).toMatch(/^[0-9a-f]{64}$/);
    expect(secrets.hash('session', token)).toBe(secrets.hash('session', token));
    expect(secrets.hash('invitation', token)).not.toBe(secrets.hash('session', token));
    expect(new SignInSecrets(Buffer.alloc(32, 2)).hash('session', token)).not.toBe(secrets.hash('session', token));
  });

  it.each(['', 'short', `${'a'.repeat(43)}=`, 'ä'.repeat(43), 'a'.repeat(10_000)])('are nothing else: %p', (text) => {
    expect(secrets.hash('session', text)).toBeUndefined();
  });

  it('have a CSRF token of their own, known again and no other', () => {
    const token = secrets.newToken();
    const csrf = secrets.csrfTokenOf(token);
    expect(secrets.isCsrfToken(csrf, token)).toBe(true);
    expect(secrets.isCsrfToken(csrf, secrets.newToken())).toBe(false);
    expect(secrets.isCsrfToken('', token)).toBe(false);
    expect(secrets.isCsrfToken(csrf.slice(1), token)).toBe(false);
  });
});
