import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IssuedKey } from '#libs/contracts';
import { KeyBucket } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { KeyHasher } from '#libs/secrets';
import { eventually } from '#libs/testing';
import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { SECRET_KEY, startControlForTests, type ControlForTests } from '../control.fixture.js';
import { IssueKeysHandler } from './issue-keys.handler.js';
import { KeyPublisher } from './key-publisher.js';
import { KeysRepository } from './keys.repository.js';

const FILE = `version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations:
  - { name: acme, projects: [ { name: web } ] }
`;
const admin = { organization: 'acme', project: 'web', key: 'admin', admin: true };

describe('keys of the admin API whose bucket was lost', () => {
  let control: ControlForTests;
  let made: IssuedKey;
  let names = 0;

  beforeAll(async () => {
    control = await startControlForTests(FILE);
    // It would compare by itself meanwhile.
    await control.application.get(KeyPublisher).beforeApplicationShutdown();
  }, 60_000);
  afterAll(() => control.stop());

  const published = () => control.messaging.keys.entries.get(new KeyHasher(SECRET_KEY).hash(made.key));

  beforeEach(async () => {
    const fields = { project: 'web', name: `key-${(names += 1)}` };
    made = await control.application.get(IssueKeysHandler).issue({ caller: admin, organization: 'acme', fields });
    await control.messaging.messaging.request('$JS.API.STREAM.PURGE.KV_keys', '', { timeoutMilliseconds: 2_000 });
    await eventually(() => expect(published()).toBeUndefined());
  });

  it('come back into it', async () => {
    await control.application.get(KeyPublisher).compare();
    expect(published()).toMatchObject({ id: made.id });
  });

  it('come back as soon as control starts', async () => {
    const { application } = control;
    const started = new KeyPublisher(
      application.get(KeysRepository),
      application.get(KeyBucket),
      application.get(ConfigurationInForce),
      application.get(ServiceLogger),
    );
    started.onApplicationBootstrap();
    await eventually(() => expect(published()).toMatchObject({ id: made.id }));
    await started.beforeApplicationShutdown();
  });
});
