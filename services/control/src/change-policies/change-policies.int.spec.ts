import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { Readiness, Settings } from '#libs/runtime';
import { sha256Hex } from '#libs/secrets';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { createTestDatabase, type TestDatabase } from '#libs/testing';

import { ApplyConfigurationHandler } from '../apply-configuration/apply-configuration.handler.js';
import { DocumentsRepository } from '../keep-documents/documents.repository.js';
import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { ConfigurationRefusalsRepository } from '../apply-configuration/configuration-refusals.repository.js';
import { ConfigurationVersionsRepository } from '../apply-configuration/configuration-versions.repository.js';
import { controlSchema } from '../control.schema.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import type { SnapshotPublisher } from '../publish-snapshot/snapshot-publisher.js';
import { ChangePoliciesHandler } from './change-policies.handler.js';
import { ListPoliciesHandler } from './list-policies.handler.js';

const log = createLogger({ service: 'test', level: 'silent' });
const caller = { organization: 'demo', project: 'default', key: 'admin', admin: true };
const FIRST = `version: 1
providers:
  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", apiKey: "\${file:secret}" }
models:
  - name: small
    targets:
      - { provider: main, model: one, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
organizations:
  - { name: demo, projects: [ { name: default, keys: [ { name: ci, key: sk-demo-key } ] } ] }
`;
const SECOND = FIRST.replace('model: one', 'model: two');
const unchanged = { added: [], removed: [] };
const THIRD = FIRST.replace('model: one', 'model: three');

describe('policies changed by hand', () => {
  let server: TestDatabase;
  let database: Database;
  let folder: string;
  let inForce: ConfigurationInForce;
  let apply: ApplyConfigurationHandler;
  let changes: ChangePoliciesHandler;
  let lists: ListPoliciesHandler;
  const publishNewest = jest.fn(async () => undefined);

  beforeEach(async () => {
    server = await createTestDatabase();
    database = new Database({ ...controlSchema, url: server.url, log });
    database.start();
    await database.whenReady();
    folder = mkdtempSync(join(tmpdir(), 'switchyard-policies-'));
    writeFileSync(join(folder, 'secret'), 'sk-upstream');
    writeFileSync(join(folder, 'switchyard.yaml'), '');
    start();
  });
  afterEach(async () => {
    await database.close();
    await server.drop();
    rmSync(folder, { recursive: true });
  });

  /** The parts of a control process that has just started. */
  function start(): void {
    const settings = Settings.read({
      NATS_URL: 'nats://127.0.0.1:1',
      DATABASE_URL: server.url,
      SWITCHYARD_CONFIG: join(folder, 'switchyard.yaml'),
      SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
      SWITCHYARD_ADMIN_KEY_SHA256: sha256Hex('sk-bootstrap-admin'),
    });
    const versions = new ConfigurationVersionsRepository(database, new OutgoingMessagesRepository(database));
    const publisher = { publishNewest } as unknown as SnapshotPublisher;
    inForce = new ConfigurationInForce(new Readiness());
    const refusals = new ConfigurationRefusalsRepository(database);
    apply = new ApplyConfigurationHandler(
      settings,
      versions,
      refusals,
      inForce,
      publisher,
      log,
      new DocumentsRepository(database),
    );
    changes = new ChangePoliciesHandler(settings, versions, inForce, publisher, log);
    lists = new ListPoliciesHandler(versions);
  }
  const save = async (text: string) => {
    writeFileSync(join(folder, 'switchyard.yaml'), text);
    await apply.apply();
  };
  const modelInForce = () => inForce.snapshot?.models[0]?.targets[0]?.model;
  const list = () => lists.list({ caller, limit: 20 });

  it('put an earlier revision in force, which stays so until the file changes', async () => {
    await save(FIRST);
    await save(SECOND);

    await expect(changes.rollBack({ caller, revision: 1, ifMatch: '"r1"' })).rejects.toMatchObject({
      reply: { status: 412, code: 'stale_etag' },
    });
    const reply = await changes.rollBack({ caller, revision: 1, ifMatch: '"r2"' });
    expect(reply).toEqual({ revision: 3, origin: 'rolled back to 1 by admin', models: unchanged });
    expect(modelInForce()).toBe('one');
    expect(publishNewest).toHaveBeenCalled();

    await apply.apply();
    start();
    await apply.apply();
    expect(inForce.snapshot?.revision).toBe(3);
    expect(await list()).toMatchObject({ holdsUntilFileChanges: true });

    await save(THIRD);
    expect(modelInForce()).toBe('three');
    expect(await list()).toMatchObject({ holdsUntilFileChanges: false });
    expect((await list()).versions[0]).toMatchObject({ revision: 4, isInForce: true });
  });

  it('stand in the trail of the installation, as does what came from the file, with what it changed and who did it', async () => {
    await save(FIRST);
    await save(SECOND);
    await save(SECOND);
    await changes.try({ caller, text: THIRD, share: 0.1 });
    await changes.rollBack({ caller: { ...caller, person: 'person_1' }, revision: 1 });
    writeFileSync(join(folder, 'secret'), 'sk-rotated');
    await apply.apply();

    const told = await database.query<{ body: unknown }>('SELECT body FROM control.outgoing_messages ORDER BY id');
    const same = { organization: 'installation', type: 'configuration.changed' };
    const [file, system] = [join(folder, 'switchyard.yaml'), { kind: 'system', id: 'control' }];
    const none = { added: [], changed: [], removed: [] };
    const rest = (revision: number, before: string, origin: string, fields: string[]) => ({
      fields,
      before: { revision: revision - 1, origin: before },
      after: { revision, origin },
    });
    const [tried, back] = ['trial with 10 % of the requests by admin', 'rolled back to 1 by admin'];
    expect(told.map(({ body }) => body)).toMatchObject([
      {
        ...same,
        actor: system,
        subject: { kind: 'configuration', id: '1' },
        detail: { before: null, models: { added: ['small'] } },
      },
      {
        ...same,
        actor: system,
        detail: { ...rest(2, file, file, ['models']), models: { ...none, changed: ['small'] } },
      },
      {
        ...same,
        actor: { kind: 'admin-key', id: 'admin' },
        detail: { ...rest(3, file, tried, ['trial']), models: none },
      },
      { ...same, actor: { kind: 'person', id: 'person_1' }, detail: rest(4, tried, back, ['models', 'trial']) },
      { ...same, actor: system, detail: rest(5, back, back, ['credentials']) },
    ]);
  });

  it('name the models that come back and those that vanish', async () => {
    await save(FIRST.replace('name: small', 'name: tiny'));
    await save(FIRST);
    expect(await changes.rollBack({ caller, revision: 1 })).toMatchObject({
      models: { added: ['tiny'], removed: ['small'] },
    });
  });

  it('follow a mended file, and say so as loudly as what was wrong', async () => {
    const warned = jest.spyOn(log, 'warn');
    await save(FIRST);
    await save('version: 2');
    expect(warned).not.toHaveBeenCalled();
    await save(SECOND);
    await save(THIRD);
    expect(warned.mock.calls).toMatchObject([
      [{ revision: 2 }, 'no problem any more: a new configuration is in force'],
    ]);
    warned.mockRestore();
  });

  it('hold also against the file that was only commented on before', async () => {
    await save(FIRST);
    await save(SECOND);
    await save(`# a remark\n${SECOND}`);
    await changes.rollBack({ caller, revision: 1 });
    await apply.apply();
    expect(modelInForce()).toBe('one');
  });

  it('let a new credential in while an earlier revision is in force', async () => {
    await save(FIRST);
    await save(SECOND);
    await changes.rollBack({ caller, revision: 1 });
    const before = inForce.snapshot?.providers[0]?.credentials;
    writeFileSync(join(folder, 'secret'), 'sk-rotated');
    await apply.apply();
    expect(inForce.snapshot?.revision).toBe(4);
    expect(inForce.snapshot?.providers[0]?.credentials).not.toEqual(before);
    expect(modelInForce()).toBe('one');
  });

  it('never bring back a key that was taken away', async () => {
    await save(FIRST);
    await save(SECOND.replace('sk-demo-key', 'sk-other-key'));
    const { keys } = inForce.snapshot!;
    await changes.rollBack({ caller, revision: 1 });
    expect(inForce.snapshot?.keys).toEqual(keys);
  });

  it('try models beside those in force, with another share, and end', async () => {
    await save(FIRST);
    const started = await changes.try({ caller, text: SECOND.replace('${file:secret}', '${env:ANY}'), share: 0.1 });
    expect(started).toEqual({
      revision: 2,
      origin: 'trial with 10 % of the requests by admin',
      trial: { revision: 2, share: 0.1 },
      models: unchanged,
    });
    expect(modelInForce()).toBe('one');
    expect(inForce.snapshot?.trial?.models[0]?.targets[0]?.model).toBe('two');

    const wider = await changes.try({ caller, share: 0.5 });
    expect(wider).toMatchObject({ revision: 3, trial: { revision: 2, share: 0.5 } });
    await apply.apply();
    expect(inForce.snapshot).toMatchObject({ revision: 3, trial: { revision: 2, share: 0.5 } });
    expect((await list()).versions).toMatchObject([
      { revision: 3, isInForce: true },
      { revision: 2, trialShare: 0.5 },
      { revision: 1 },
    ]);

    const ended = await changes.try({ caller, share: 0 });
    expect(ended).toEqual({ revision: 4, origin: 'trial 2 ended by admin', models: unchanged });
    expect(inForce.snapshot).not.toHaveProperty('trial');
  });

  it('put a trial in force, and go on with one when the file changes', async () => {
    await save(FIRST);
    await changes.try({ caller, text: SECOND, share: 0.1 });
    await save(THIRD);
    expect(inForce.snapshot).toMatchObject({ revision: 3, trial: { revision: 2 } });
    expect(modelInForce()).toBe('three');

    expect(await changes.promote({ caller })).toEqual({
      revision: 4,
      origin: 'trial 2 promoted by admin',
      models: unchanged,
    });
    await apply.apply();
    expect(modelInForce()).toBe('two');
    expect(inForce.snapshot).not.toHaveProperty('trial');
  });

  it('end a trial whose provider the file takes away', async () => {
    const two = FIRST.replace('models:', '  other: { kind: sim }\nmodels:');
    await save(two);
    await changes.try({ caller, text: two.replace('provider: main', 'provider: other'), share: 0.1 });
    await save(FIRST);
    expect(inForce.snapshot).not.toHaveProperty('trial');
  });

  it('are refused, each with the reason, and change nothing', async () => {
    await expect(changes.promote({ caller })).rejects.toMatchObject({ reply: { status: 503 } });
    await save(FIRST);
    const refused = (code: string) => ({ reply: { code } });
    await expect(changes.promote({ caller })).rejects.toMatchObject(refused('no_trial'));
    await expect(changes.try({ caller, share: 0 })).rejects.toMatchObject(refused('no_trial'));
    await expect(changes.try({ caller, share: 0.5 })).rejects.toMatchObject(refused('no_trial'));
    await expect(changes.try({ caller, text: FIRST, share: 0.5 })).rejects.toMatchObject(refused('already_in_force'));
    await expect(changes.try({ caller, text: 'models: 1', share: 0.5 })).rejects.toMatchObject(
      refused('invalid_policy'),
    );
    const elsewhere = SECOND.replace('127.0.0.1:9001', '127.0.0.1:9002');
    await expect(changes.try({ caller, text: elsewhere, share: 0.5 })).rejects.toMatchObject(
      refused('providers_differ'),
    );
    await expect(changes.rollBack({ caller, revision: 1 })).rejects.toMatchObject(refused('already_in_force'));
    await expect(changes.rollBack({ caller, revision: 9 })).rejects.toMatchObject(refused('unknown_revision'));
    const stranger = { ...caller, admin: false };
    await expect(changes.rollBack({ caller: stranger, revision: 1 })).rejects.toMatchObject(
      refused('admin_key_required'),
    );
    await expect(lists.list({ caller: stranger, limit: 1 })).rejects.toMatchObject(refused('admin_key_required'));

    await save(FIRST.replaceAll('main', 'prime'));
    await expect(changes.rollBack({ caller, revision: 1 })).rejects.toMatchObject(refused('missing_providers'));
    expect((await list()).versions).toHaveLength(2);
  });

  it('turn the pages of the list', async () => {
    await save(FIRST);
    await save(SECOND);
    const first = await lists.list({ caller, limit: 1 });
    expect([first.versions.map(({ revision }) => revision), first.hasMore]).toEqual([[2], true]);
    const second = await lists.list({ caller, limit: 1, before: 2 });
    expect([second.versions.map(({ revision }) => revision), second.hasMore]).toEqual([[1], false]);
    expect(first.versions[0]?.digest).not.toBe(second.versions[0]?.digest);
  });

  it('are kept as the entities describe', async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
});
