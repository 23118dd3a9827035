import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bucket, type Snapshot } from '#libs/contracts';
import { startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';

const snapshotOf = (revision: number): Snapshot => ({
  version: 1,
  revision,
  createdAt: 0,
  providers: [],
  models: [],
  keys: [],
});

describe('SnapshotStore', () => {
  let nats: NatsForTests;
  let control: MessagingForTests;

  beforeAll(async () => {
    nats = await startNatsForTests();
    control = await MessagingForTests.open(nats);
  });
  afterAll(async () => {
    await control?.close();
    await nats?.stop();
  });

  it('has no history before the first version', async () => {
    expect(await control.parts.snapshots.history()).toEqual([]);
  });

  it('gives the versions that are kept, oldest first, without those that cannot be read', async () => {
    const { snapshots, messaging } = control.parts;
    const subject = `$KV.${Bucket.snapshot.name}.${Bucket.snapshot.key}`;
    await snapshots.write(snapshotOf(1));
    await messaging.request(subject, '{"version":99}', { timeoutMilliseconds: 5_000 });
    await messaging.request(subject, 'no JSON', { timeoutMilliseconds: 5_000 });
    await snapshots.write(snapshotOf(2));
    expect(await snapshots.history()).toEqual([snapshotOf(1), snapshotOf(2)]);
    for (let revision = 3; revision <= 13; revision++) await snapshots.write(snapshotOf(revision));
    expect((await snapshots.history()).map(({ revision }) => revision)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});
