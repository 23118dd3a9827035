import { createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.js';

const TOKEN_BYTES = 32;
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** What a random token is for; its hash for one purpose is nothing for another. */
export type TokenPurpose = 'session' | 'invitation' | 'oidc-flow';

/**
 * Random tokens of sessions, invitations and sign-ins on their way, and what may be kept of them: HMAC-SHA-256 with a key
 * derived from the house's secret key. `passwordPepper` is the pepper of password hashes. The constructor throws `SecretError`
 * when the secret key is not 32 bytes.
 */
export class SignInSecrets {
  readonly passwordPepper: Buffer;
  private readonly pepper: KeyObject;

  constructor(secretKey: Uint8Array) {
    this.pepper = deriveKey(secretKey, 'sign-in-pepper');
    this.passwordPepper = deriveKey(secretKey, 'password-pepper').export();
  }

  /** 256 random bits as 43 characters of base64url. */
  newToken(): string {
    return randomBytes(TOKEN_BYTES).toString('base64url');
  }

  /** The hash that is kept, 64 hexadecimal digits; undefined for what cannot be a token. */
  hash(purpose: TokenPurpose, token: string): string | undefined {
    return FORM.test(token) ? this.digest(purpose, token).toString('hex') : undefined;
  }

  /** What pages of this session send back in a header: only who may read our answers can know it. */
  csrfTokenOf(sessionToken: string): string {
    return this.digest('csrf', sessionToken).toString('base64url');
  }

  /** Whether this is the session's, in a time that tells nothing. */
  isCsrfToken(given: string, sessionToken: string): boolean {
    const expected = Buffer.from(this.csrfTokenOf(sessionToken));
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  }

  private digest(purpose: TokenPurpose | 'csrf', token: string): Buffer {
    return createHmac('sha256', this.pepper).update(`${purpose}\n${token}`).digest();
  }
}
