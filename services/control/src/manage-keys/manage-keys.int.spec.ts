import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Caller, IssuedKey, KeyCreateFields, KeyEntry, RoleGrant } from '#libs/contracts';
import { KeyHasher, sha256Hex } from '#libs/secrets';
import { Database } from '#libs/storage';
import { eventually } from '#libs/testing';

import { SECRET_KEY, startControlForTests, type ControlForTests } from '../control.fixture.js';
import { IssueKeysHandler } from './issue-keys.handler.js';
import { KeyPublisher } from './key-publisher.js';
import { KeysRepository } from './keys.repository.js';
import { RevokeKeysHandler } from './revoke-keys.handler.js';
import { VisibleKeys } from './visible-keys.js';

const FILE = `version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations:
  - name: acme
    projects: [ { name: web, keys: [ { name: ci, key: sk-of-the-file } ] }, { name: lab } ]
    serviceAccounts: [ { name: robot, role: developer }, { name: boss, role: owner } ]
  - { name: other, projects: [ { name: web } ] }
`;
const admin: Caller = { organization: 'acme', project: 'web', key: 'admin', admin: true };
const START_MILLISECONDS = 60_000;
const hasher = new KeyHasher(SECRET_KEY);

function person(...grants: RoleGrant[]): Caller {
  return { organization: 'acme', project: 'web', key: 'session', admin: false, person: 'p1', grants };
}

describe('keys of the admin API', () => {
  let control: ControlForTests;
  let issues: IssueKeysHandler;
  let revocations: RevokeKeysHandler;
  let visible: VisibleKeys;
  let names = 0;

  beforeAll(async () => {
    control = await startControlForTests(FILE);
    issues = control.application.get(IssueKeysHandler);
    revocations = control.application.get(RevokeKeysHandler);
    visible = control.application.get(VisibleKeys);
  }, START_MILLISECONDS);
  afterAll(() => control.stop());

  const issue = (fields: Partial<KeyCreateFields> = {}, caller = admin): Promise<IssuedKey> =>
    issues.issue({
      caller,
      organization: 'acme',
      fields: { project: 'web', name: `key-${(names += 1)}`, ...fields },
    });
  const published = (key: string) => control.messaging.keys.entries.get(hasher.hash(key));
  const refused = (status: number, code: string) => ({ reply: { status, code } });
  const at = { caller: admin, organization: 'acme' };

  it('are shown once, kept as a hash and known to every process at once', async () => {
    const made = await issue({
      scopes: ['inference'],
      models: ['small'],
      ipRanges: ['10.0.0.0/8'],
      endpoints: ['/v1/*'],
    });
    expect(made.key).toMatch(/^sy_live_/);
    expect(published(made.key)).toMatchObject({
      id: made.id,
      project: 'web',
      scopes: ['inference'],
      models: ['small'],
    });
    const read = await visible.read({ ...at, id: made.id });
    expect(read).toMatchObject({ hint: made.hint, status: 'active', createdBy: 'admin' });
    const rows = await control.database.query('SELECT * FROM control.keys');
    const notes = await control.database.query('SELECT * FROM control.outgoing_messages');
    for (const text of [JSON.stringify(read), JSON.stringify(rows), JSON.stringify(notes)]) {
      expect(text).not.toContain(made.key);
      expect(text).not.toContain(sha256Hex(made.key));
    }
  });

  it('are refused from the moment they are revoked, also while Postgres is away, and the record follows', async () => {
    const [first, second] = [await issue(), await issue()];
    expect(await revocations.revoke({ ...at, id: first.id })).toMatchObject({ id: first.id, isRecorded: true });
    expect(published(first.key)?.revokedAt).toBeGreaterThan(0);

    await control.proxy.cut();
    expect(await revocations.revoke({ ...at, id: second.id })).toMatchObject({ isRecorded: false });
    expect(published(second.key)?.revokedAt).toBeGreaterThan(0);
    await control.proxy.mend();
    await eventually(async () => {
      await control.application.get(KeyPublisher).compare();
      expect(await visible.read({ ...at, id: second.id })).toMatchObject({ status: 'revoked' });
    });
    expect(published(second.key)?.revokedAt).toBeGreaterThan(0);
    expect(await revocations.revoke({ ...at, id: second.id })).toMatchObject({ id: second.id });
  });

  it('stay revoked where a change that was made just before is published later', async () => {
    const made = await issue();
    const before = await control.application.get(KeysRepository).find(made.id);
    await revocations.revoke({ ...at, id: made.id });
    await control.application.get(KeyPublisher).publish(before!);
    expect(published(made.key)?.revokedAt).toBeGreaterThan(0);
  });

  it('of the file are shown, refused when revoked, and changed in the file only', async () => {
    const { keys } = await visible.list({ ...at, limit: 100 });
    const ours = keys.find(({ name }) => name === 'ci');
    expect(ours).toMatchObject({ managedBy: 'file', status: 'active' });
    const id = ours!.id;
    await expect(issues.rotate({ ...at, id, overlapSeconds: 0 })).rejects.toMatchObject(
      refused(409, 'managed_by_file'),
    );
    await revocations.revoke({ ...at, id });
    expect(published('sk-of-the-file')?.revokedAt).toBeGreaterThan(0);
    expect(await visible.read({ ...at, id })).toMatchObject({ status: 'revoked' });
  });

  it('carry limits, which a rotation hands on and only who may set limits may give', async () => {
    const limits = { requestsPerMinute: 5, models: { small: { tokensPerMinute: 100 } } };
    const made = await issue({ limits });
    expect(made).toMatchObject({ limits });
    expect(published(made.key)).toMatchObject({ limits });
    const after = await issues.rotate({ ...at, id: made.id, overlapSeconds: 60 });
    expect(published(after.key)).toMatchObject({ limits });
    expect(published(made.key)).not.toHaveProperty('limits');
    const raised = await issues.update({ ...at, id: after.id, fields: { limits: null }, ifMatch: after.etag });
    expect(raised).not.toHaveProperty('limits');
    expect(published(after.key)).not.toHaveProperty('limits');

    await expect(issue({ limits: { models: { smal: { concurrency: 1 } } } })).rejects.toMatchObject({
      reply: { status: 400, param: 'limits', message: expect.stringContaining('did you mean "small"?') },
    });
    const developer = person({ role: 'developer', organization: 'acme', project: 'web' });
    await expect(issue({ limits }, developer)).rejects.toMatchObject({ reply: { status: 403 } });
    const own = await issue({}, developer);
    await expect(
      issues.update({ ...at, caller: developer, id: own.id, fields: { limits: null }, ifMatch: own.etag }),
    ).rejects.toMatchObject({ reply: { status: 403 } });
  });

  it('carry budgets, which a rotation hands on and whose mistakes are told by their place', async () => {
    const budgets = [{ limitUsd: '1.50', period: 'day', alertAt: [0.5] }];
    const made = await issue({ budgets });
    expect(made).toMatchObject({ budgets });
    const id = `acme/web/${made.name}:day`;
    const expected = [{ id, key: made.name, limitNanoUsd: '1500000000', period: 'day', timeZone: 'UTC' }];
    expect(published(made.key)?.budgets).toMatchObject(expected);
    const after = await issues.rotate({ ...at, id: made.id, overlapSeconds: 60 });
    expect(published(after.key)?.budgets).toMatchObject(expected);
    expect(published(made.key)).not.toHaveProperty('budgets');
    const problems: [object, RegExp][] = [
      [{ limitUsd: '-1' }, /^budgets\[0\]\.limitUsd: /],
      [{ limitUsd: '1', spent: '0' }, /^budgets\[0\]\.spent: unknown field/],
      [{ limitUsd: '1', onExceeded: { downgrade: 'smal' } }, /did you mean "small"/],
      [{ limit: '1', currency: 'EUR' }, /give limitUsd/],
    ];
    for (const [budget, message] of problems) {
      await expect(issue({ budgets: [{ ...budget }] })).rejects.toMatchObject({
        reply: { status: 400, param: 'budgets', message: expect.stringMatching(message) },
      });
    }
    const developer = person({ role: 'developer', organization: 'acme', project: 'web' });
    await expect(issue({ budgets }, developer)).rejects.toMatchObject({ reply: { status: 403 } });
  });

  it('have budgets of their own where another key had the name before, and a rotation hands them on', async () => {
    const fields = { name: 'again', budgets: [{ limitUsd: '1', period: 'total' }] };
    const first = await issue(fields);
    await revocations.revoke({ ...at, id: first.id });
    const second = await issue({ ...fields, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await control.database.query('UPDATE control.keys SET expires_at = now() WHERE id = $1', [second.id]);
    const third = await issue(fields);
    const rotated = await issues.rotate({ ...at, id: third.id, overlapSeconds: 60 });
    const budgetOf = ({ key }: IssuedKey) => published(key)?.budgets?.[0]?.id;
    expect([first, second, rotated].map(budgetOf)).toEqual([
      'acme/web/again:total',
      'acme/web/again#2:total',
      'acme/web/again#3:total',
    ]);
    expect([first, second, third, rotated].map(({ key }) => published(key)?.ordinal)).toEqual([1, 2, 3, 4]);
    // Its time is over and its name another's: it comes back neither by more time nor by rotation.
    const later = { expiresAt: null };
    await expect(issues.update({ ...at, id: second.id, fields: later, ifMatch: '*' })).rejects.toMatchObject(
      refused(409, 'already_exists'),
    );
    await expect(issues.rotate({ ...at, id: second.id, overlapSeconds: 0 })).rejects.toMatchObject(
      refused(409, 'already_exists'),
    );
  });

  it('that come back after their time are bound by their own bounds, whoever had the name meanwhile', async () => {
    const fields = { name: 'returning', models: ['small'], budgets: [{ limitUsd: '1', period: 'total' }] };
    const bounded = await issue({ ...fields, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await control.database.query('UPDATE control.keys SET expires_at = now() WHERE id = $1', [bounded.id]);
    const free = await issue({ name: 'returning' });
    await revocations.revoke({ ...at, id: free.id });
    let said: KeyEntry | undefined;
    control.messaging.keys.onNameChange((entry) => {
      if (entry.name === 'returning') said = entry;
    });
    expect(said?.models).toBeUndefined();
    await issues.update({ ...at, id: bounded.id, fields: { expiresAt: null }, ifMatch: '*' });
    await eventually(() =>
      expect(said).toMatchObject({ id: bounded.id, models: ['small'], budgets: [{ id: 'acme/web/returning:total' }] }),
    );
    await revocations.revoke({ ...at, id: bounded.id });
    expect(published((await issue(fields)).key)?.budgets?.[0]?.id).toBe('acme/web/returning#4:total');
  });

  it('leave their name to no other while one that they replaced is still accepted', async () => {
    const replaced = await issue({ name: 'overlapping', models: ['small'] });
    const next = await issues.rotate({ ...at, id: replaced.id, overlapSeconds: 60 });
    const last = await issues.rotate({ ...at, id: next.id, overlapSeconds: 60 });
    await revocations.revoke({ ...at, id: last.id });
    await expect(issue({ name: 'overlapping' })).rejects.toMatchObject(refused(409, 'already_exists'));
    for (const { id } of [replaced, next]) await revocations.revoke({ ...at, id });
    expect(await issue({ name: 'overlapping' })).toMatchObject({ name: 'overlapping' });
  });

  it('of one name are not made by two at once', async () => {
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => issue({ name: 'contended' })));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const { reason } of made.filter((one) => one.status === 'rejected'))
      expect(reason).toMatchObject(refused(409, 'already_exists'));
  });

  it('of one name speak for it one after the other, also when the bucket was lost and is filled in another order', async () => {
    const bounds: unknown[] = [];
    const before = await issue({ models: ['small'] });
    await issues.rotate({ ...at, id: before.id, overlapSeconds: 60 });
    const after = await visible.read({ ...at, id: (await visible.read({ ...at, id: before.id })).replacedBy ?? '' });
    await issues.update({ ...at, id: after.id, fields: { models: null }, ifMatch: '*' });
    control.messaging.keys.onNameChange(({ name, models }) => {
      if (name === before.name) bounds.push(models);
    });
    const replaced = await control.application.get(KeysRepository).find(before.id);
    await control.application.get(KeyPublisher).publish(replaced!);
    expect(bounds).toEqual([undefined]);
  });

  it('are rotated with an overlap, in which both are accepted', async () => {
    const before = await issue({ models: ['small'] });
    const after = await issues.rotate({ ...at, id: before.id, overlapSeconds: 3_600 });
    expect(after).toMatchObject({ name: before.name, models: ['small'], expiresAt: null });
    const end = published(before.key)?.expiresAt ?? 0;
    expect(end - Date.now()).toBeGreaterThan(3_500_000);
    expect(published(after.key)).not.toHaveProperty('expiresAt');
    expect(await visible.read({ ...at, id: before.id })).toMatchObject({ replacedBy: after.id });
    await expect(issues.rotate({ ...at, id: before.id, overlapSeconds: 0 })).rejects.toMatchObject(
      refused(400, 'invalid_document'),
    );
  });

  it('are changed on their etag only', async () => {
    const made = await issue({ models: ['small'] });
    const change = (ifMatch?: string) =>
      issues.update({
        ...at,
        id: made.id,
        fields: { models: null, scopes: ['inference'] },
        ...(ifMatch === undefined ? {} : { ifMatch }),
      });
    await expect(change()).rejects.toMatchObject(refused(428, 'etag_required'));
    expect(await change(made.etag)).not.toHaveProperty('models');
    await expect(change(made.etag)).rejects.toMatchObject(refused(412, 'stale_etag'));
    expect(published(made.key)).not.toHaveProperty('models');
  });

  it('never do more than their makers may', async () => {
    const developer = person({ role: 'developer', organization: 'acme' });
    const ofLab = person({ role: 'admin', organization: 'acme', project: 'lab' });
    const escalation = refused(403, 'grants_more_than_you_have');
    expect((await issue({}, developer)).scopes).toEqual(['inference', 'batches', 'read-only']);
    await expect(issue({ scopes: ['management'] }, developer)).rejects.toMatchObject(escalation);
    await expect(issue({ serviceAccount: 'boss', scopes: ['read-only'] }, developer)).rejects.toMatchObject(escalation);
    expect(published((await issue({ serviceAccount: 'robot' }, developer)).key)?.grants).toEqual([
      { role: 'developer', organization: 'acme' },
    ]);
    await expect(issue({}, person({ role: 'viewer', organization: 'acme' }))).rejects.toMatchObject(
      refused(403, 'insufficient_permission'),
    );
    await expect(issue({}, ofLab)).rejects.toMatchObject(refused(404, 'not_found'));
    const manager: Caller = { ...admin, admin: false, key: 'm', scopes: ['management', 'inference'] };
    expect((await issue({ scopes: ['inference'] }, manager)).scopes).toEqual(['inference']);
    await expect(issue({ scopes: ['inference'] }, { ...manager, isBound: true })).rejects.toMatchObject(escalation);
    const mine = await issue({ scopes: ['inference'] }, developer);
    await expect(
      issues.update({
        caller: developer,
        organization: 'acme',
        id: mine.id,
        fields: { scopes: ['management'] },
        ifMatch: '*',
      }),
    ).rejects.toMatchObject(escalation);
    const owner = person({ role: 'owner', organization: 'acme' });
    await expect(issue({ tier: 'gold' }, owner)).rejects.toMatchObject(refused(403, 'insufficient_permission'));
    expect((await issue({ tier: 'gold' })).tier).toBe('gold');
  });

  it('of others are as unknown ones, and stay as they are', async () => {
    const theirs = await issue();
    const stranger: Caller = person({ role: 'owner', organization: 'other' });
    const unknown = { caller: stranger, organization: 'acme', id: 'key_unknown' };
    const known = { ...unknown, id: theirs.id };
    for (const where of [unknown, known, { ...known, organization: 'other' }]) {
      await expect(visible.read(where)).rejects.toMatchObject(refused(404, 'not_found'));
      await expect(revocations.revoke(where)).rejects.toMatchObject(refused(404, 'not_found'));
      await expect(issues.rotate({ ...where, overlapSeconds: 0 })).rejects.toMatchObject(refused(404, 'not_found'));
      await expect(issues.update({ ...where, fields: {}, ifMatch: '*' })).rejects.toMatchObject(
        refused(404, 'not_found'),
      );
    }
    await expect(visible.list({ caller: stranger, organization: 'acme', limit: 10 })).rejects.toMatchObject(
      refused(404, 'not_found'),
    );
    expect(published(theirs.key)).not.toHaveProperty('revokedAt');
  });

  it('have names of their own, and belong to a project that there is', async () => {
    const { name } = await issue();
    for (const taken of [name, 'ci', 'admin'])
      await expect(issue({ name: taken })).rejects.toMatchObject(refused(409, 'already_exists'));
    await expect(issue({ project: 'nowhere' })).rejects.toMatchObject(refused(404, 'not_found'));
    await expect(issue({ expiresAt: '2020-01-01T00:00:00Z' })).rejects.toMatchObject(refused(400, 'invalid_document'));
  });

  it('are listed by pages, of the projects that the caller may see', async () => {
    const ofLab = person({ role: 'admin', organization: 'acme', project: 'lab' });
    const made = [
      await issue({ project: 'lab' }),
      await issue(),
      await issue({ project: 'lab' }),
      await issue({ project: 'lab' }),
    ];
    const mine = made.filter(({ project }) => project === 'lab').map(({ id }) => id);
    const found: string[] = [];
    for (let after: string | undefined, more = true; more;) {
      const page = await visible.list({
        caller: ofLab,
        organization: 'acme',
        limit: 2,
        ...(after === undefined ? {} : { after }),
      });
      found.push(...page.keys.map(({ id }) => id));
      after = page.keys.at(-1)?.id;
      more = page.hasMore;
    }
    expect(found).toEqual(mine.toSorted());
  });

  it('tell when they were used last, and never an earlier time than was known', async () => {
    const { id } = await issue();
    const keys = control.application.get(KeysRepository);
    await keys.markUsed({ [id]: 2_000_000_000_000 });
    await keys.markUsed({ [id]: 1_000, unknown: 1 });
    expect((await visible.read({ ...at, id })).lastUsedAt).toBe(new Date(2_000_000_000_000).toISOString());
  });

  it('raise events for webhooks and notes for the trail', async () => {
    const streamOf = async (name: string) => {
      const info = await control.messaging.messaging.request(`$JS.API.STREAM.INFO.${name}`, '', {
        timeoutMilliseconds: 2_000,
      });
      return (info.json() as { state: { messages: number } }).state.messages;
    };
    // What the tests before this one have raised is to be counted before.
    const database = control.application.get(Database);
    await eventually(async () => expect(await database.query('SELECT FROM control.outgoing_messages')).toEqual([]));
    const before = [await streamOf('NOTES'), await streamOf('NOTIFICATIONS')];
    const { id } = await issue();
    await revocations.revoke({ ...at, id });
    await eventually(async () =>
      expect([await streamOf('NOTES'), await streamOf('NOTIFICATIONS')]).toEqual(before.map((count) => count + 2)),
    );
  });
});
