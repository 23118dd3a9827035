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

describe('keys of the admin API over a database that was put back to an older state', () => {
  let control: ControlForTests;
  beforeAll(async () => {
    control = await startControlForTests(FILE);
  }, 30_000);
  afterAll(() => control.stop());

  it('speak for their name at once, also where others have heard of later ones that are gone', async () => {
    const { application, messaging } = control;
    const issuer = application.get(IssueKeysHandler);
    const heard: string[] = [];
    messaging.keys.onNameChange(({ name, models }) => void (name === 'ci' && heard.push(models?.join() ?? 'all')));
    const first = await issuer.issue({
      caller: admin,
      organization: 'acme',
      fields: { project: 'web', name: 'ci', models: ['small'] },
    });
    for (let rotations = 0; rotations < 3; rotations += 1) {
      const [last] = await control.database.query<{ id: string }>(
        `SELECT id FROM control.keys WHERE name = 'ci' ORDER BY ordinal DESC LIMIT 1`,
      );
      await issuer.rotate({ caller: admin, organization: 'acme', id: last!.id, overlapSeconds: 60 });
    }
    await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(4));

    await control.database.query(`DELETE FROM control.keys WHERE name = 'ci' AND ordinal > 1`);
    await control.database.query('UPDATE control.keys SET revoked_at = now(), expires_at = now() WHERE id = $1', [
      first.id,
    ]);
    heard.length = 0;
    await issuer.issue({ caller: admin, organization: 'acme', fields: { project: 'web', name: 'ci' } });
    await eventually(() => expect(heard).toContain('all'));
    const [made] = await control.database.query<{ ordinal: number }>(
      `SELECT ordinal FROM control.keys WHERE name = 'ci' ORDER BY ordinal DESC LIMIT 1`,
    );
    expect(made?.ordinal).toBe(5);
  });
});
