import { describe, expect, it } from '@jest/globals';
import { MessageAccess, type ServiceName } from '#libs/contracts';
import { missingSealWarning, sealUseOf } from './seal-use.policy.js';
import { Settings } from './settings.js';

const services = Object.keys(MessageAccess) as ServiceName[];

describe('the key of seals', () => {
  it('is missed by every service but control, and workers, who must not have it', () => {
    const missing = services.filter((name) => missingSealWarning(name, { requestSealFile: undefined }));
    expect(missing.toSorted()).toEqual(['audit', 'billing', 'ingress', 'jobs', 'router']);
    expect(services.filter((name) => sealUseOf(name) === 'forbidden')).toEqual(['worker']);
    expect(services.filter((name) => missingSealWarning(name, { requestSealFile: '/requests.key' }))).toEqual([]);
  });

  it('is asked for by the settings of a service whose NATS is elsewhere', () => {
    const environment = {
      NATS_URL: 'tls://nats.example.com:4222',
      SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
      SWITCHYARD_NATS_SEED_FILE: '/none/seed.nk',
    };
    expect(() => Settings.read(environment, 'billing')).toThrow('set SWITCHYARD_REQUEST_SEAL_FILE');
    expect(() => Settings.read(environment, 'worker')).not.toThrow('SWITCHYARD_REQUEST_SEAL_FILE');
  });
});
