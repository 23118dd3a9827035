import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nkeys } from '@nats-io/transport-node';
import { ensureIdentities, seedFile } from '#libs/identities';
import { metrics } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingParts } from '../messaging.module.js';
import { NatsLink } from './nats-link.js';

const silent = { info: () => undefined, warn: () => undefined };

describe('a link to a server that knows its users', () => {
  let folder: string;
  let nats: NatsForTests;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-link-'));
    nats = await startNatsForTests({ blocks: await ensureIdentities(folder) });
  });
  afterAll(async () => {
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('says what to set where it has no identity', async () => {
    await expect(NatsLink.open(nats.url, 'worker', silent)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('SWITCHYARD_NATS_SEED_FILE'),
    });
  });

  it('names the file whose identity is refused', async () => {
    const foreign = join(folder, 'foreign.nk');
    await writeFile(foreign, Buffer.from(nkeys.createUser().getSeed()));

    await expect(NatsLink.open(nats.url, 'worker', silent, { seedFile: foreign })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(foreign),
    });
  });

  it('counts what its identity may not do', async () => {
    const link = await NatsLink.open(nats.url, 'worker', silent, { seedFile: seedFile(folder, 'worker') });
    link.connection.publish('keys.everybody.v1', '{}');
    link.subscribe('>', () => undefined);

    const refused = (operation: string) =>
      metrics.natsRefusals
        .read()
        .points.flatMap((point) =>
          'value' in point && point.attributes['operation'] === operation ? [point.value] : [],
        );
    await eventually(() => expect([refused('publish'), refused('subscription')]).toEqual([[1], [1]]));
    await link.close();
  });

  it('goes on when a replaced identity is taken up by a signal to the server', async () => {
    const file = seedFile(folder, 'jobs');
    const link = await NatsLink.open(nats.url, 'jobs', silent, { seedFile: file });
    const other = await NatsLink.open(nats.url, 'router', silent, { seedFile: seedFile(folder, 'router') });
    let losses = 0;
    other.on('down', () => losses++);
    await rename(file, `${file}.old`);
    const back = once(link, 'up');
    await nats.reload({ blocks: await ensureIdentities(folder) });
    await back;
    await link.connection.flush();

    await expect(NatsLink.open(nats.url, 'jobs', silent, { seedFile: `${file}.old` })).rejects.toMatchObject({
      code: 'refused',
    });
    await other.connection.flush();
    expect(losses).toBe(0);
    await link.close();
    await other.close();
  });

  it('waits for control to make the streams, and needs it no more once they are there', async () => {
    const open = (name: string) => MessagingParts.open(nats.url, name, silent, { seedFile: seedFile(folder, name) });
    const waiting = open('worker');
    const control = await open('control');
    const worker = await waiting;
    await control.close();

    const router = await open('router');
    await worker.results.publish('request.completed.v1.demo.interactive', '{}');
    expect(await router.health.change('some', () => ({}))).toBe(false);
    expect(await worker.health.change('some', () => ({ well: true }))).toBe(true);
    await worker.close();
    await router.close();
  });

  it('takes up a replaced seed when the server asks again', async () => {
    const link = await NatsLink.open(nats.url, 'audit', silent, { seedFile: seedFile(folder, 'audit') });
    await rm(seedFile(folder, 'audit'));
    const blocks = await ensureIdentities(folder);
    await nats.restart({ blocks });

    await eventually(() => expect(link.isUp).toBe(true), { withinMilliseconds: 30_000 });
    await link.connection.flush();
    await link.close();
  });

  it('keeps the seed it has while the file is away', async () => {
    const file = seedFile(folder, 'billing');
    const link = await NatsLink.open(nats.url, 'billing', silent, { seedFile: file });
    await rename(file, `${file}.away`);
    await nats.restart();

    await eventually(async () => link.connection.flush(), { withinMilliseconds: 30_000 });
    expect(link.isUp).toBe(true);
    await link.close();
    await rename(`${file}.away`, file);
  });
});
