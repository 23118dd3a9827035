import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  Subject,
  type Caller,
  type Resource,
  type ResourceChange,
  type ResourceKind,
  type RoleGrant,
} from '#libs/contracts';
import { KeyHasher } from '#libs/secrets';
import { eventually, hostileUrls } from '#libs/testing';

import { SECRET_KEY, startControlForTests, type ControlForTests } from '../control.fixture.js';
import { IssueKeysHandler } from '../manage-keys/issue-keys.handler.js';
import { RevokeKeysHandler } from '../manage-keys/revoke-keys.handler.js';
import { ChangeDocumentsHandler } from './change-documents.handler.js';
import { ShownDocuments } from './shown-documents.js';

const FILE = `version: 1
providers:
  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", apiKey: "sk-of-the-file" }
models:
  - name: small
    targets:
      - { provider: main, model: one, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
organizations:
  - { name: demo, projects: [ { name: default } ] }
`;
const admin: Caller = { organization: 'demo', project: 'default', key: 'admin', admin: true };
const START_MILLISECONDS = 60_000;

function person(...grants: RoleGrant[]): Caller {
  return { organization: 'acme', project: 'default', key: 'session', admin: false, person: 'p1', grants };
}
const owner = person({ role: 'owner', organization: 'acme' });

describe('documents of the admin API', () => {
  let control: ControlForTests;
  let changes: ChangeDocumentsHandler;
  let shown: ShownDocuments;

  beforeAll(async () => {
    control = await startControlForTests(FILE, { SWITCHYARD_PROVIDER_ALLOW: '127.0.0.3/32' });
    changes = control.application.get(ChangeDocumentsHandler);
    shown = control.application.get(ShownDocuments);
    await make('organization', 'acme', {});
    await make('member', 'new', { email: 'Ann@Example.com', role: 'owner' }, 'acme');
  }, START_MILLISECONDS);
  afterAll(() => control.stop());

  async function change(command: Partial<ResourceChange> & Pick<ResourceChange, 'kind' | 'name'>): Promise<Resource> {
    const full = { caller: admin, action: 'create' as const, document: {}, ...command };
    return (await changes.change(full)).resource!;
  }
  const make = (kind: ResourceKind, name: string, document: object, organization?: string, caller = admin) =>
    change({ kind, name, document: { ...document }, caller, ...(organization === undefined ? {} : { organization }) });
  const refused = (status: number, code: string) => ({ reply: { status, code } });
  const inForce = () => control.messaging.snapshotWatch.current;
  const sentNotes = async () => {
    await eventually(async () =>
      expect(await control.database.query('SELECT 1 FROM control.outgoing_messages')).toEqual([]),
    );
    const subject = Subject.auditNoted('acme');
    const filter = JSON.stringify({ subjects_filter: subject });
    const info = await control.messaging.messaging.request('$JS.API.STREAM.INFO.NOTES', filter, {
      timeoutMilliseconds: 2_000,
    });
    return (info.json() as { state: { subjects: Record<string, number> } }).state.subjects[subject] ?? 0;
  };

  it('take effect together with the file: an organisation, its project and plan are in the snapshot at once', async () => {
    await make('project', 'web', {}, 'acme', owner);
    await change({ kind: 'organization', name: 'acme', action: 'update', document: { plan: 'free' }, ifMatch: '*' });
    await eventually(() =>
      expect(inForce()?.organizations).toEqual([
        { name: 'demo', projects: [{ name: 'default' }] },
        { name: 'acme', plan: 'free', projects: [{ name: 'web' }] },
      ]),
    );
    expect(inForce()?.plans?.map(({ name }) => name)).toEqual(['free', 'pay-as-you-go', 'enterprise']);
  });

  it('keep the credentials of a provider in envelopes, and never show them', async () => {
    const provider = { kind: 'openai', baseUrl: 'http://127.0.0.3:9002/v1', apiKey: 'sk-canary-of-acme' };
    const made = await make('provider', 'second', provider);
    expect(made.document).toMatchObject({ apiKey: '[redacted]' });
    const dump = JSON.stringify([
      await control.database.query('SELECT * FROM control.documents'),
      await control.database.query('SELECT * FROM control.configuration_versions'),
      await control.database.query('SELECT * FROM control.outgoing_messages'),
      inForce(),
    ]);
    expect(dump).not.toContain('canary');
    await eventually(() => expect(inForce()?.providers.map(({ name }) => name)).toContain('second'));

    const changed = await change({
      kind: 'provider',
      name: 'second',
      action: 'update',
      document: { apiKey: '[redacted]', region: 'eu' },
      ifMatch: made.etag,
    });
    expect(changed.document).toMatchObject({ region: 'eu', apiKey: '[redacted]' });
    await control.database
      .query(`INSERT INTO control.documents (kind, organization, name, document, credentials, version)
      SELECT kind, organization, 'stolen', document, credentials, 1 FROM control.documents WHERE name = 'second'`);
    await expect(make('plan', 'any', {})).rejects.toThrow('do not open');
    await control.database.query(`DELETE FROM control.documents WHERE name = 'stolen'`);
  });

  it('of providers lead to no place inside, read no file, and mark what they make as guarded', async () => {
    // Names are left to the moment of the connection: what they lead to may be another place by then.
    const isNamed = (url: string) => /^localhost\.?$/.test(URL.parse(url)?.hostname ?? '');
    const hostile = hostileUrls(9_002, 'https').filter(({ url }) => !isNamed(url));
    const answers = hostile.map(({ what, url }) =>
      make('provider', 'inside', { kind: 'openai', baseUrl: url, apiKey: 'sk-own' }).then(
        () => ({ what, code: 'made' }),
        (error: { reply?: { code: string } }) => ({ what, code: error.reply?.code }),
      ),
    );
    for (const { what, code } of await Promise.all(answers)) expect([what, code]).toEqual([what, 'invalid_document']);
    const entra = { tenantId: 't', clientId: 'c', authorityHost: 'https://strangers.example' };
    for (const document of [
      { kind: 'azure', resource: 'ours', apiKey: 'secret', entra },
      { kind: 'sim', recordings: { path: '/etc/passwd', field: 'x' } },
      {
        kind: 'bedrock',
        region: 'eu-central-1',
        apiKey: 'AKIA:s',
        batches: { bucket: 'b', roleArn: 'arn:aws:iam::123456789012:role/r', storageUrl: 'https://169.254.169.254' },
      },
    ])
      await expect(make('provider', 'inside', document)).rejects.toMatchObject(refused(400, 'invalid_document'));
    const guarded = inForce()?.providers.map((provider): [string, boolean] => [
      provider.name,
      provider.guarded ?? false,
    ]);
    expect(Object.fromEntries(guarded ?? [])).toEqual({ main: false, second: true });
  });

  it('of providers keep their credentials only for the place they were given for', async () => {
    const update = (document: object) =>
      change({ kind: 'provider', name: 'second', action: 'update', document: { ...document }, ifMatch: '*' });
    for (const document of [
      { baseUrl: 'https://elsewhere.example/v1' },
      { baseUrl: 'https://elsewhere.example/v1', apiKey: '[redacted]' },
      { kind: 'groq', baseUrl: null },
    ])
      await expect(update(document)).rejects.toMatchObject(refused(400, 'credential_required'));
    const moved = await update({ baseUrl: 'https://elsewhere.example/v1', apiKey: 'sk-canary-anew' });
    expect(moved.document).toMatchObject({ baseUrl: 'https://elsewhere.example/v1', apiKey: '[redacted]' });
  });

  it('are refused with their reason when the whole would not be good, and nothing is changed', async () => {
    const target = { provider: 'nobody', model: 'x', price: { inputPerMillion: '1', outputPerMillion: '1' } };
    const before = inForce()?.revision;
    await expect(make('model', 'broken', { targets: [target] })).rejects.toMatchObject(
      refused(400, 'invalid_document'),
    );
    await expect(make('provider', 'odd', { kind: 'sim', spent: 1 })).rejects.toThrow(/spent: unknown field/);
    await expect(make('organization', 'installation', {})).rejects.toThrow('is reserved');
    await expect(
      change({ kind: 'organization', name: 'acme', action: 'update', document: { plan: 'gold' }, ifMatch: '*' }),
    ).rejects.toThrow('names nothing that there is');
    expect(await control.database.query(`SELECT 1 FROM control.documents WHERE name = 'broken'`)).toEqual([]);
    expect(inForce()?.revision).toBe(before);
  });

  it('are changed on what they are only: stale and missing etags are told apart', async () => {
    const { etag } = await shown.read({ caller: admin, kind: 'project', organization: 'acme', name: 'web' });
    const rename = (ifMatch?: string) =>
      change({
        kind: 'project',
        organization: 'acme',
        name: 'web',
        action: 'update',
        document: { displayName: 'Web' },
        caller: owner,
        ...(ifMatch === undefined ? {} : { ifMatch }),
      });
    await expect(rename()).rejects.toMatchObject(refused(428, 'etag_required'));
    expect((await rename(etag)).document).toEqual({ displayName: 'Web' });
    await expect(rename(etag)).rejects.toMatchObject(refused(412, 'stale_etag'));
  });

  it('of the file are shown and not changed', async () => {
    const { resources } = await shown.list({ caller: admin, kind: 'organization', limit: 100 });
    expect(resources.map(({ name, managedBy }) => [name, managedBy])).toEqual([
      ['acme', 'api'],
      ['demo', 'file'],
    ]);
    await expect(
      change({ kind: 'organization', name: 'demo', action: 'update', document: { displayName: 'x' }, ifMatch: '*' }),
    ).rejects.toMatchObject(refused(409, 'managed_by_file'));
    await expect(make('provider', 'main', { kind: 'sim' })).rejects.toMatchObject(refused(409, 'already_exists'));
    const provider = await shown.read({ caller: admin, kind: 'provider', name: 'main' });
    expect(JSON.stringify(provider)).not.toContain('sk-of-the-file');
  });

  it('of others are as unknown ones', async () => {
    const known = shown.read({ caller: owner, kind: 'organization', name: 'demo' });
    const unknown = shown.read({ caller: owner, kind: 'organization', name: 'nobody' });
    const [one, other] = await Promise.allSettled([known, unknown]);
    const textOf = (settled: PromiseSettledResult<unknown>) =>
      settled.status === 'rejected' ? String(settled.reason).replaceAll(/demo|nobody/g, '') : 'found';
    expect(textOf(one)).toBe(textOf(other));
    await expect(known).rejects.toMatchObject(refused(404, 'not_found'));
    for (const action of ['update', 'replace', 'delete'] as const)
      await expect(
        change({ kind: 'project', organization: 'demo', name: 'default', action, ifMatch: '*', caller: owner }),
      ).rejects.toMatchObject(refused(404, 'not_found'));
    await expect(make('project', 'mine', {}, 'demo', owner)).rejects.toMatchObject(refused(404, 'not_found'));
    await expect(make('organization', 'mine', {}, undefined, owner)).rejects.toMatchObject(
      refused(403, 'insufficient_permission'),
    );
  });

  it('give nobody more than the giver has', async () => {
    const manager = person({ role: 'admin', organization: 'acme' });
    const ofWeb = person({ role: 'admin', organization: 'acme', project: 'web' });
    const member = (role: string, email = `${role}@example.com`) => ({ email, role });
    const escalation = refused(403, 'grants_more_than_you_have');
    await expect(make('member', 'new', member('owner'), 'acme', manager)).rejects.toMatchObject(escalation);
    await expect(make('service-account', 'robot', { role: 'owner' }, 'acme', manager)).rejects.toMatchObject(
      escalation,
    );
    await expect(
      make('member', 'new', { ...member('viewer'), project: 'default' }, 'acme', ofWeb),
    ).rejects.toMatchObject(refused(403, 'insufficient_permission'));
    await expect(make('member', 'new', member('viewer'), 'acme', ofWeb)).rejects.toMatchObject(
      refused(403, 'insufficient_permission'),
    );
    const viewer = await make('member', 'new', { ...member('viewer'), project: 'web' }, 'acme', ofWeb);
    const raise = {
      kind: 'member' as const,
      organization: 'acme',
      name: viewer.name,
      action: 'update' as const,
      ifMatch: '*',
    };
    await expect(change({ ...raise, document: { role: 'owner' }, caller: ofWeb })).rejects.toMatchObject(escalation);
    await expect(change({ ...raise, document: { project: null }, caller: ofWeb })).rejects.toMatchObject(
      refused(403, 'insufficient_permission'),
    );
    const [ann] = (
      await shown.list({ caller: owner, kind: 'member', organization: 'acme', limit: 10 })
    ).resources.filter(({ document }) => document['role'] === 'owner');
    await expect(
      change({ kind: 'member', organization: 'acme', name: ann!.name, action: 'delete', caller: manager }),
    ).rejects.toMatchObject(escalation);
    await expect(
      change({ kind: 'member', organization: 'acme', name: ann!.name, action: 'delete', caller: owner }),
    ).rejects.toMatchObject(refused(409, 'last_owner'));
  });

  it('let only the operator set what customers pay for', async () => {
    const set = (kind: 'organization' | 'project', document: object, caller: Caller) =>
      change({
        kind,
        ...(kind === 'project' ? { organization: 'acme', name: 'web' } : { name: 'acme' }),
        action: 'update',
        document: { ...document },
        ifMatch: '*',
        caller,
      });
    const forbidden = refused(403, 'insufficient_permission');
    await expect(set('organization', { plan: 'enterprise' }, owner)).rejects.toMatchObject(forbidden);
    await expect(set('organization', { limits: { concurrency: 9 } }, owner)).rejects.toMatchObject(forbidden);
    await expect(set('project', { tier: 'gold' }, owner)).rejects.toMatchObject(forbidden);
    await expect(
      set('project', { displayName: 'x' }, person({ role: 'billing', organization: 'acme' })),
    ).rejects.toMatchObject(forbidden);
    expect((await set('project', { limits: { concurrency: 9 } }, owner)).document).toMatchObject({
      limits: { concurrency: 9 },
    });
    expect((await set('organization', { plan: 'enterprise' }, admin)).document).toMatchObject({ plan: 'enterprise' });
  });

  it('are removed when nothing depends on them', async () => {
    await make('organization', 'brief', {});
    await make('project', 'one', {}, 'brief');
    await make('service-account', 'robot', { role: 'developer' }, 'brief');
    const remove = (kind: 'organization' | 'project', name: string, organization?: string) =>
      change({ kind, name, action: 'delete', ...(organization === undefined ? {} : { organization }) });
    await expect(remove('organization', 'brief')).rejects.toMatchObject(refused(409, 'not_empty'));
    const keys = { caller: admin, organization: 'brief' };
    const { id, key } = await control.application
      .get(IssueKeysHandler)
      .issue({ ...keys, fields: { project: 'one', name: 'ci', serviceAccount: 'robot' } });
    await expect(remove('project', 'one', 'brief')).rejects.toMatchObject(refused(409, 'not_empty'));
    const roleOf = () => control.messaging.keys.entries.get(new KeyHasher(SECRET_KEY).hash(key))?.grants?.[0]?.role;
    expect(roleOf()).toBe('developer');
    await change({
      kind: 'service-account',
      organization: 'brief',
      name: 'robot',
      action: 'update',
      document: { role: 'viewer' },
      ifMatch: '*',
    });
    expect(roleOf()).toBe('viewer');
    await control.application.get(RevokeKeysHandler).revoke({ ...keys, id });
    await change({ kind: 'service-account', organization: 'brief', name: 'robot', action: 'delete' });
    expect(await remove('project', 'one', 'brief')).toBeNull();
    expect(await remove('organization', 'brief')).toBeNull();
    await expect(remove('organization', 'brief')).rejects.toMatchObject(refused(404, 'not_found'));
  });

  it('leave a note of every change for the trail, in the stream once', async () => {
    const before = await sentNotes();
    await make('project', 'noted', {}, 'acme', owner);
    await expect(make('project', 'noted', {}, 'acme', owner)).rejects.toMatchObject(refused(409, 'already_exists'));
    expect(await sentNotes()).toBe(before + 1);
  });
});
