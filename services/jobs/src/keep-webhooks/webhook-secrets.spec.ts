import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { Webhook } from 'standardwebhooks';
import { signatureHeader, WebhookSecrets, type SignedContent } from './webhook-secrets.js';

const EVENTS = 1_000;
const MINUTE = 60_000;

const contentOf = (index: number, timestamp = new Date()): SignedContent => ({
  id: `evt_${index}`,
  timestamp,
  body: JSON.stringify({ id: `evt_${index}`, note: `${'é'.repeat(index % 7)} "quoted"` }),
});

function headersOf(secrets: readonly WebhookSecrets[], content: SignedContent): Record<string, string> {
  return {
    'webhook-id': content.id,
    'webhook-timestamp': String(Math.floor(content.timestamp.getTime() / 1_000)),
    'webhook-signature': signatureHeader(secrets, content),
  };
}

/** As a receiver does who has the public key only. */
function isSignedBy(publicKey: string, headers: Record<string, string>, body: string): boolean {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((signature) => signature.startsWith('v1a,'))
    .some((signature) => verify(null, content, key, Buffer.from(signature.slice('v1a,'.length), 'base64')));
}

describe('the secrets of a webhook endpoint', () => {
  it('sign 1,000 events so that every receiver verifies them, v1 and v1a, through a rotation in the middle', async () => {
    const [old, fresh] = [WebhookSecrets.create(), WebhookSecrets.create()];
    const openai = new OpenAI({ apiKey: 'unused' });
    let verified = 0;
    for (let index = 0; index < EVENTS; index += 1) {
      const isRotated = index >= EVENTS / 2;
      const content = contentOf(index);
      const headers = headersOf(isRotated ? [fresh, old] : [old], content);
      for (const { secret, publicKey } of isRotated ? [fresh, old] : [old]) {
        new Webhook(secret).verify(content.body, headers);
        await openai.webhooks.unwrap(content.body, headers, secret);
        if (isSignedBy(publicKey, headers, content.body)) verified += 1;
      }
    }

    expect(verified).toBe(EVENTS * 1.5);
  }, 20_000);

  it('verify nothing that was tampered with, is too old or too new, or was signed by another', () => {
    const [mine, other] = [WebhookSecrets.create(), WebhookSecrets.create()];
    const receiver = new Webhook(mine.secret);
    const verifying = (content: SignedContent, body = content.body, by = mine) => {
      const headers = headersOf([by], content);
      return { v1: () => receiver.verify(body, headers), v1a: isSignedBy(mine.publicKey, headers, body) };
    };
    const tampered = verifying(contentOf(1), contentOf(2).body);
    const foreign = verifying(contentOf(1), contentOf(1).body, other);

    expect(tampered.v1).toThrow(/No matching signature/);
    expect(foreign.v1).toThrow(/No matching signature/);
    expect([tampered.v1a, foreign.v1a]).toEqual([false, false]);
    expect(verifying(contentOf(1, new Date(Date.now() - 6 * MINUTE))).v1).toThrow(/too old/);
    expect(verifying(contentOf(1, new Date(Date.now() + 6 * MINUTE))).v1).toThrow(/too new/);
  });

  it('sign no id with a dot in it', () => {
    expect(() => WebhookSecrets.create().sign({ ...contentOf(1), id: 'evt.1' })).toThrow(/holds a dot/);
  });

  it.each(['', 'whsec_'])('are none with the empty secret %j', (secret) => {
    const { seed } = JSON.parse(WebhookSecrets.create().toText());

    expect(() => WebhookSecrets.fromText(JSON.stringify({ secret, seed }))).toThrow(/empty/);
  });

  it('are the same after having been written down', () => {
    const secrets = WebhookSecrets.create();
    const again = WebhookSecrets.fromText(secrets.toText());

    expect(again.sign(contentOf(1, new Date(0)))).toEqual(secrets.sign(contentOf(1, new Date(0))));
    expect(secrets.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(secrets.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    expect(secrets.hint).not.toContain(secrets.secret.slice(6, 20));
  });
});
