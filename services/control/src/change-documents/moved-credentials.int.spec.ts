import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Caller, ResourceChange } from '#libs/contracts';
import { openCredential, openEnvelope, SecretError } from '#libs/secrets';
import { eventually } from '#libs/testing';

import { SECRET_KEY, startControlForTests, type ControlForTests } from '../control.fixture.js';
import { ConfigurationReloader } from '../watch-configuration/configuration-reloader.js';
import { ChangeDocumentsHandler } from './change-documents.handler.js';

const FILE = `version: 1
providers:
  toy: { kind: sim }
models:
  - { name: small, targets: [ { provider: toy, model: one } ] }
organizations:
  - { name: demo, projects: [ { name: default } ] }
`;
const caller: Caller = { organization: 'demo', project: 'default', key: 'admin', admin: true };
const OURS = 'sk-canary-of-the-first';
const THEIRS = 'sk-canary-of-the-second';

describe('credentials of providers that were moved in the database', () => {
  let control: ControlForTests;

  beforeAll(async () => {
    control = await startControlForTests(FILE, { SWITCHYARD_PROVIDER_ALLOW: '127.0.0.3/32' });
    await set('first', OURS, 'create');
    await set('second', THEIRS, 'create');
    await eventually(() => expect(inForce().map(({ name }) => name)).toEqual(['first', 'second', 'toy']));
  }, 60_000);
  afterAll(() => control.stop());

  const change = (command: Pick<ResourceChange, 'kind' | 'name' | 'action'> & Partial<ResourceChange>) =>
    control.application.get(ChangeDocumentsHandler).change({ caller, document: {}, ...command });
  const set = (name: string, apiKey: string, action: 'create' | 'update' = 'update') => {
    const document = action === 'create' ? { kind: 'openai', baseUrl: 'http://127.0.0.3:9002/v1', apiKey } : { apiKey };
    return change({ kind: 'provider', name, action, document, ...(action === 'update' ? { ifMatch: '*' } : {}) });
  };
  const inForce = () =>
    (control.messaging.snapshotWatch.current?.providers ?? []).toSorted((one, other) =>
      one.name < other.name ? -1 : 1,
    );
  const opensAs = (provider: string) =>
    openCredential(inForce().find(({ name }) => name === provider)?.credentials?.[0] ?? '', {
      provider,
      secretKey: SECRET_KEY,
    });
  const envelopeOf = async (name: string) => {
    const [row] = await control.database.query(`SELECT credentials FROM control.documents WHERE name = $1`, [name]);
    return (row as { credentials: string[] }).credentials[0] ?? '';
  };
  const swap = () =>
    control.database.query(
      `UPDATE control.documents one SET credentials = other.credentials FROM control.documents other
       WHERE one.kind = 'provider' AND other.kind = 'provider' AND one.name <> other.name`,
    );

  it('open for no other provider and no other tenant', async () => {
    const envelope = await envelopeOf('first');
    const open = (owner: string) => () => openEnvelope(envelope, { owner, secretKey: SECRET_KEY });
    expect(open('installation/provider/first')()).toBe(OURS);
    for (const owner of ['installation/provider/second', 'acme/provider/first', 'demo/provider/first'])
      expect(open(owner)).toThrow(SecretError);
    const [first] = inForce();
    expect(() => openCredential(first?.credentials?.[0] ?? '', { provider: 'second', secretKey: SECRET_KEY })).toThrow(
      SecretError,
    );
  });

  it('are refused when two were swapped: what is in force stays, and nothing is changed until they are set again', async () => {
    const revision = control.messaging.snapshotWatch.current?.revision;
    await swap();
    await control.application.get(ConfigurationReloader).reload();
    expect(control.messaging.snapshotWatch.current?.revision).toBe(revision);
    expect([opensAs('first'), opensAs('second')]).toEqual([OURS, THEIRS]);
    const refusal = {
      reply: {
        status: 409,
        code: 'configuration_refused',
        message: expect.stringMatching(/the credentials of the provider 'first' do not open/),
      },
    };
    await expect(change({ kind: 'plan', name: 'any', action: 'create' })).rejects.toMatchObject(refusal);
    const told = await control.database.query(`SELECT problems::text AS problems FROM control.configuration_refusals`);
    expect(JSON.stringify(told)).toContain('providers.first.apiKey');
    expect(JSON.stringify(told)).not.toContain('canary');

    await set('first', 'sk-set-again');
    expect(opensAs('first')).toBe(OURS);
    await set('second', 'sk-set-again-too');
    await eventually(() => expect([opensAs('first'), opensAs('second')]).toEqual(['sk-set-again', 'sk-set-again-too']));
    await change({ kind: 'plan', name: 'any', action: 'create' });
  });

  it('are refused when one was moved to another tenant', async () => {
    await control.database.query(
      `UPDATE control.documents SET organization = 'demo' WHERE kind = 'provider' AND name = 'first'`,
    );
    await expect(change({ kind: 'plan', name: 'other', action: 'create' })).rejects.toMatchObject({
      reply: { code: 'configuration_refused' },
    });
    await control.application.get(ConfigurationReloader).reload();
    expect(opensAs('first')).toBe('sk-set-again');
    await control.database.query(`DELETE FROM control.documents WHERE kind = 'provider' AND name = 'first'`);
    await change({ kind: 'plan', name: 'other', action: 'create' });
    await eventually(() => expect(inForce().map(({ name }) => name)).toEqual(['second', 'toy']));
  });
});
