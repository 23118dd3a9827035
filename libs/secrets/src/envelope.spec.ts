import { describe, expect, it } from '@jest/globals';
import { openEnvelope, sealEnvelope } from './envelope.js';

const secretKey = new Uint8Array(32).fill(7);
const acme = { owner: 'acme/provider/main', secretKey };
const broken = expect.objectContaining({ code: 'seal_broken' });

describe('a secret in its envelope', () => {
  it('opens to the same text and shows nothing of it', () => {
    const envelope = sealEnvelope('sk-upstream-secret', acme);
    expect(openEnvelope(envelope, acme)).toBe('sk-upstream-secret');
    expect(envelope).not.toContain(Buffer.from('sk-upstream-secret').toString('base64url').slice(0, 8));
    expect(sealEnvelope('sk-upstream-secret', acme)).not.toBe(envelope);
  });

  it('opens for no other owner and with no other key, also when halves of two are put together', () => {
    const [mine, theirs] = [sealEnvelope('a', acme), sealEnvelope('b', { ...acme, owner: 'other/provider/main' })];
    expect(() => openEnvelope(theirs, acme)).toThrow(broken);
    expect(() => openEnvelope(mine, { ...acme, secretKey: new Uint8Array(32).fill(8) })).toThrow(broken);
    const [, dataKey] = mine.split('.');
    const [, , secret] = theirs.split('.');
    expect(() => openEnvelope(`e1.${dataKey}.${secret}`, acme)).toThrow(broken);
  });

  it.each(['', 'v1.abc', 'e1.a', 'e1..', 'e2.a.b'])('refuses %j as no envelope', (text) => {
    expect(() => openEnvelope(text, acme)).toThrow(expect.objectContaining({ code: 'malformed_seal' }));
  });
});
