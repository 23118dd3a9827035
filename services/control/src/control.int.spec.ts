import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { MessagingModule, MessagingParts } from '#libs/messaging';
import { Readiness, ServiceLogger, Settings } from '#libs/runtime';
import { openCredential, sha256Hex } from '#libs/secrets';
import { createLogger, metrics } from '#libs/telemetry';
import { createTestDatabase, eventually, startNatsForTests, type NatsForTests, type TestDatabase } from '#libs/testing';

import { ControlModule } from './control.module.js';

const secretKey = Buffer.from('32 bytes, as jumpy foxes quit: v');
const GOOD = `version: 1
providers:
  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", apiKey: "sk-upstream-1" }
models:
  - name: gpt-small
    targets:
      - { provider: main, model: gpt, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
organizations:
  - name: demo
    projects: [ { name: default, keys: [ { name: ci, key: sk-demo-key } ] } ]
`;
const BETTER = GOOD.replace('gpt-small', 'gpt-large');
const BAD = GOOD.replace('provider: main', 'provider: mian');
const REFUSED = 'the newest configuration is refused (the log of control says why)';
const NONE = `${REFUSED}; none is in force`;
const NOT_THE_NEWEST = `${REFUSED}; the last one that was accepted is in force`;

interface VersionRow {
  revision: string;
  origin: string;
  source: string;
}

/** One control service in this process, with what it logs. */
interface RunningControl {
  readonly lines: { level: string; message: string; problems?: string[] }[];
  readonly missing: () => string[];
  readonly notices: () => string[];
  readonly stop: () => Promise<void>;
}

describe('control', () => {
  let nats: NatsForTests;
  let database: TestDatabase;
  let messaging: MessagingParts;
  let folder: string;
  let file: string;
  let running: RunningControl[];

  beforeAll(async () => {
    nats = await startNatsForTests();
  });
  afterAll(() => nats.stop());

  beforeEach(async () => {
    running = [];
    database = await createTestDatabase();
    messaging = await MessagingParts.open(nats.url, 'test', createLogger({ service: 'test', level: 'silent' }));
    await wipeStore();
    folder = mkdtempSync(join(tmpdir(), 'switchyard-control-'));
    file = join(folder, 'switchyard.yaml');
    writeFileSync(file, GOOD);
  });
  afterEach(async () => {
    for (const control of running) await control.stop();
    await messaging.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  async function wipeStore(): Promise<void> {
    await messaging.messaging.request('$JS.API.STREAM.DELETE.KV_snapshot', '', { timeoutMilliseconds: 2_000 });
  }

  async function startControl(databaseUrl = database.url): Promise<RunningControl> {
    const lines: RunningControl['lines'] = [];
    const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
    const logger = createLogger({ service: 'control', destination });
    const readiness = new Readiness();
    const parts = await MessagingParts.open(nats.url, 'control', logger);
    const settings = Settings.read({
      NATS_URL: nats.url,
      DATABASE_URL: databaseUrl,
      SWITCHYARD_CONFIG: file,
      SWITCHYARD_SECRET_KEY: secretKey.toString('base64'),
      SWITCHYARD_ADMIN_KEY_SHA256: sha256Hex('sk-bootstrap-admin'),
    });
    const providers = [
      { provide: Settings, useValue: settings },
      { provide: ServiceLogger, useValue: logger },
      { provide: Readiness, useValue: readiness },
    ];
    @Module({})
    class TestRootModule {}
    const application = await NestFactory.createApplicationContext(
      {
        module: TestRootModule,
        global: true,
        imports: [MessagingModule.for(parts), ControlModule],
        providers,
        exports: [Settings, ServiceLogger, Readiness],
      },
      { logger: false, abortOnError: false },
    );
    const control = {
      lines,
      missing: () => readiness.missing(),
      notices: () => readiness.notices(),
      stop: async () => {
        running = running.filter((other) => other !== control);
        await application.close();
        await parts.close();
      },
    };
    running.push(control);
    return control;
  }

  const published = () => messaging.snapshots.read();
  const versions = () =>
    database.query<VersionRow & Record<string, unknown>>(
      'SELECT revision, origin, source FROM control.configuration_versions ORDER BY revision',
    );
  const refusals = () =>
    database.query<{ origin: string; problems: { line: number; reason: string }[] }>(
      'SELECT origin, problems FROM control.configuration_refusals ORDER BY id',
    );
  const countedRefused = () => {
    const reading = metrics.configurationRefused.read();
    return reading.kind === 'gauge'
      ? reading.points.find(({ attributes }) => attributes.kind === 'file')?.value
      : undefined;
  };
  const untilRevision = (revision: number) =>
    eventually(async () => expect((await published())?.revision).toBe(revision), { withinMilliseconds: 30_000 });

  it('records and publishes the configuration, its secrets sealed', async () => {
    const control = await startControl();
    await untilRevision(1);

    const snapshot = await published();
    expect(control.missing()).toEqual([]);
    expect(snapshot?.models[0]?.name).toBe('gpt-small');
    expect(snapshot?.keys.map(({ name, admin }) => [name, admin])).toEqual([
      ['admin', true],
      ['ci', false],
    ]);
    expect(openCredential(snapshot?.providers[0]?.credentials?.[0] ?? '', { provider: 'main', secretKey })).toBe(
      'sk-upstream-1',
    );
    const [row] = await versions();
    expect(row).toMatchObject({ revision: '1', origin: file });
    const stored = await database.query('SELECT v::text AS text FROM control.configuration_versions v');
    expect(JSON.stringify([stored, control.lines])).not.toMatch(/sk-(upstream|demo|bootstrap)/);
  });

  it('makes no new revision when it starts again with the same configuration', async () => {
    await startAndStop();
    writeFileSync(file, `# another comment\n${GOOD}`);
    const control = await startControl();
    await eventually(() => expect(control.missing()).toEqual([]));

    expect(await versions()).toHaveLength(1);
    expect((await published())?.revision).toBe(1);
  });

  it('applies an edit, in place or by renaming, within moments', async () => {
    await startControl();
    await untilRevision(1);

    writeFileSync(file, BETTER);
    await untilRevision(2);
    expect((await published())?.models[0]?.name).toBe('gpt-large');

    writeFileSync(`${file}.new`, GOOD);
    renameSync(`${file}.new`, file);
    await untilRevision(3);
  });

  it('applies a change in a file that the configuration refers to', async () => {
    writeFileSync(join(folder, 'key'), 'sk-first\n');
    writeFileSync(file, GOOD.replace('"sk-upstream-1"', '"${file:key}"'));
    await startControl();
    await untilRevision(1);

    writeFileSync(join(folder, 'key'), 'sk-second\n');
    await untilRevision(2);
    const credential = (await published())?.providers[0]?.credentials?.[0] ?? '';
    expect(openCredential(credential, { provider: 'main', secretKey })).toBe('sk-second');
  });

  it('refuses an invalid edit once, with file, line and reason, and keeps the version in force', async () => {
    const control = await startControl();
    await untilRevision(1);

    writeFileSync(file, BAD);
    await eventually(async () => expect(await refusals()).toHaveLength(1));
    const reason = 'no provider is called "mian"; did you mean "main"?';
    expect((await refusals())[0]).toMatchObject({ origin: file, problems: [{ line: 7, reason }] });
    const errors = control.lines.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain('revision 1 stays in force');
    expect(errors[0]?.problems).toEqual([`${file}:7:11: models[0].targets[0].provider: ${reason}`]);
    expect(control.missing()).toEqual([]);
    expect([control.notices(), countedRefused()]).toEqual([[NOT_THE_NEWEST], 1]);

    writeFileSync(file, BETTER);
    await untilRevision(2);
    expect(await refusals()).toHaveLength(1);
    expect([control.notices(), countedRefused()]).toEqual([[], 0]);
  });

  it('stays unready when the first configuration is invalid, until it is mended; the reason is for the log alone', async () => {
    writeFileSync(file, BAD);
    const control = await startControl();

    await eventually(() => expect(control.missing()).toEqual(['a configuration']));
    await eventually(() => {
      const error = control.lines.find(({ level }) => level === 'error');
      expect(error?.message).toContain(`none is in force yet: ${file}:7:11: models[0]`);
    });
    expect(control.notices()).toEqual([NONE]);
    expect(await published()).toBeUndefined();

    writeFileSync(file, GOOD);
    await untilRevision(1);
    expect([control.missing(), control.notices()]).toEqual([[], []]);
  });

  it('starts on the stored version when the file has become invalid, and says so', async () => {
    await startAndStop();
    writeFileSync(file, BAD);
    const control = await startControl();

    await eventually(() => expect(control.missing()).toEqual([]));
    expect(control.lines.find(({ level }) => level === 'error')?.message).toContain('revision 1 stays in force');
    expect(control.notices()).toEqual([NOT_THE_NEWEST]);
  });

  it('keeps the version in force when the file is gone', async () => {
    const control = await startControl();
    await untilRevision(1);

    rmSync(file);
    await eventually(async () => expect(await refusals()).toHaveLength(1));
    expect(control.missing()).toEqual([]);
    expect((await refusals())[0]?.problems[0]?.reason).toContain('cannot be read');
  });

  it('publishes again what was wiped from the store', async () => {
    await startControl();
    await untilRevision(1);

    await wipeStore();
    expect(await published()).toBeUndefined();
    await untilRevision(1);
  });

  it('goes above the published revision when the database was replaced', async () => {
    await startAndStop();
    await messaging.snapshots.write({ ...(await mustBePublished()), revision: 41, createdAt: 1 });

    await database.query('TRUNCATE control.configuration_versions');
    await startControl();
    await untilRevision(42);
    expect((await versions()).map(({ revision }) => revision)).toEqual(['1', '42']);
  });

  it('stops at once while it still waits for Postgres', async () => {
    const control = await startControl('postgres://nobody@127.0.0.1:1/none');
    expect(control.missing()).toEqual(['Postgres', 'a configuration (not applied yet)']);

    const startedAt = performance.now();
    await control.stop();
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it('makes one revision when two processes start at once', async () => {
    await Promise.all([startControl(), startControl()]);
    await untilRevision(1);
    await eventually(() => expect(running.flatMap((control) => control.missing())).toEqual([]));

    expect(await versions()).toHaveLength(1);
  });

  async function mustBePublished() {
    const snapshot = await published();
    if (!snapshot) throw new Error('nothing is published');
    return snapshot;
  }

  async function startAndStop(): Promise<void> {
    const control = await startControl();
    await untilRevision(1);
    await control.stop();
  }
});
