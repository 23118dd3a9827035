import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Caller, IssuedKey, KeyCreateFields } from '#libs/contracts';
import { KeyHasher } from '#libs/secrets';

import { SECRET_KEY, startControlForTests, type ControlForTests } from '../control.fixture.js';
import { IssueKeysHandler } from './issue-keys.handler.js';

const FILE = `version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations: [ { name: acme, projects: [ { name: web } ] } ]
`;
const admin: Caller = { organization: 'acme', project: 'web', key: 'admin', admin: true };
const developer: Caller = {
  ...admin,
  admin: false,
  person: 'p1',
  grants: [{ role: 'developer', organization: 'acme', project: 'web' }],
};
const START_MILLISECONDS = 60_000;
const hasher = new KeyHasher(SECRET_KEY);

describe('guards and policies of privacy of keys that the admin API makes', () => {
  let control: ControlForTests;
  let issues: IssueKeysHandler;
  let names = 0;

  beforeAll(async () => {
    control = await startControlForTests(FILE);
    issues = control.application.get(IssueKeysHandler);
  }, START_MILLISECONDS);
  afterAll(() => control.stop());

  const issue = (fields: Partial<KeyCreateFields>, caller = admin): Promise<IssuedKey> =>
    issues.issue({ caller, organization: 'acme', fields: { project: 'web', name: `key-${(names += 1)}`, ...fields } });
  const published = (key: string) => control.messaging.keys.entries.get(hasher.hash(key));
  const at = { caller: admin, organization: 'acme' };
  const guards = [{ name: 'mail', kind: 'detect', classes: ['email'], action: 'mask' }];
  const privacy = { providers: ['toy'], zeroRetention: true };
  const policies = {
    guards: [{ name: 'mail', on: ['request'], kind: 'detect', classes: ['email'], action: 'mask' }],
    privacy: { providers: ['toy'], zeroRetention: true },
  };

  it('reach every process, go over to the key of a rotation, and go when they are taken away', async () => {
    const made = await issue({ guards, privacy });
    expect(made).toMatchObject({ guards, privacy });
    expect(published(made.key)).toMatchObject(policies);
    const after = await issues.rotate({ ...at, id: made.id, overlapSeconds: 60 });
    expect(published(after.key)).toMatchObject(policies);
    expect(published(made.key)).not.toHaveProperty('guards');
    await issues.update({ ...at, id: after.id, fields: { guards: null, privacy: null }, ifMatch: after.etag });
    expect(published(after.key)).not.toHaveProperty('guards');
    expect(published(after.key)).not.toHaveProperty('privacy');
  });

  it.each([
    ['guards', { guards: [{ name: 'x', kind: 'detect', classes: ['emial'] }] }, /^guards\[0\]\.classes\[0\]/],
    ['guards', { guards: [{ name: 'x', kind: 'moderation', model: 'smal' }] }, /did you mean "small"/],
    ['guards', { guards: [{ name: 'x', kind: 'pattern', patterns: ['('] }] }, /^guards\[0\]\.patterns\[0\]/],
    ['privacy', { privacy: { providers: ['toi'] } }, /did you mean "toy"/],
    ['privacy', { privacy: { everything: true } }, /^privacy\.everything: unknown field/],
  ])('are refused by the place of their mistake (%s)', async (param, fields, message) => {
    await expect(issue(fields)).rejects.toMatchObject({
      reply: { status: 400, param, message: expect.stringMatching(message) },
    });
  });

  it('are neither given nor taken away by those who may not change the project', async () => {
    await expect(issue({ guards }, developer)).rejects.toMatchObject({ reply: { status: 403 } });
    const own = await issue({ guards });
    await expect(
      issues.update({ ...at, caller: developer, id: own.id, fields: { guards: null }, ifMatch: own.etag }),
    ).rejects.toMatchObject({ reply: { status: 403 } });
  });
});
