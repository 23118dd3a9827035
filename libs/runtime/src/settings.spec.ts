import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from '#libs/secrets';
import { Settings } from './settings.js';

const needed = {
  NATS_URL: 'nats://127.0.0.1:4222',
  SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
};
const key = 'sy_admin_0123456789';
const digest = sha256Hex(key);

describe('the settings of a service', () => {
  it('know the bootstrap key by its digest alone, however it is given', () => {
    const given = Settings.read({ ...needed, SWITCHYARD_ADMIN_KEY: key });

    expect(given.adminKeySha256).toBe(digest);
    expect(JSON.stringify(given)).not.toContain(key);
    expect(Settings.read({ ...needed, SWITCHYARD_ADMIN_KEY_SHA256: digest }).adminKeySha256).toBe(digest);
    expect(Settings.read(needed).adminKeySha256).toBeUndefined();
  });

  it('give each process an id of its own that is safe in a subject', () => {
    const [first, second] = [Settings.read(needed), Settings.read(needed)];

    expect(first.instance).toMatch(/^[0-9a-f]{12}$/);
    expect(first.instance).not.toBe(second.instance);
  });
});
