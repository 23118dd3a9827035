import { describe, expect, it } from '@jest/globals';

import { sealCredential } from './credential-seal.js';
import { openWebhookSecret, sealWebhookSecret } from './webhook-seal.js';

const secretKey = new Uint8Array(32).fill(7);
const mine = { endpoint: 'we_1', secretKey };

describe('a sealed secret of a webhook endpoint', () => {
  it('opens for its endpoint only', () => {
    const sealed = sealWebhookSecret('whsec_abc', mine);

    expect(sealed).not.toContain('whsec');
    expect(openWebhookSecret(sealed, mine)).toBe('whsec_abc');
    expect(() => openWebhookSecret(sealed, { ...mine, endpoint: 'we_2' })).toThrow(
      /webhook endpoint we_2 does not open/,
    );
  });

  it('is none of the things that are sealed for another purpose', () => {
    const credential = sealCredential('whsec_abc', { provider: 'we_1', secretKey });

    expect(() => openWebhookSecret(credential, mine)).toThrow(expect.objectContaining({ code: 'seal_broken' }));
    expect(() => openWebhookSecret('', mine)).toThrow(expect.objectContaining({ code: 'malformed_seal' }));
  });
});
