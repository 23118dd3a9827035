import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Bucket, type Snapshot } from '#libs/contracts';
import { metrics } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';
import { SnapshotWatch } from './snapshot-watch.js';

const snapshotOf = (revision: number): Snapshot => ({
  version: 1,
  revision,
  createdAt: 0,
  providers: [],
  models: [],
  keys: [],
});

describe('SnapshotWatch', () => {
  let nats: NatsForTests;
  let control: MessagingForTests;
  let watch: SnapshotWatch;

  beforeAll(async () => {
    nats = await startNatsForTests();
    control = await MessagingForTests.open(nats);
    await control.parts.snapshots.write(snapshotOf(1));
  });
  afterEach(() => watch.stop());
  afterAll(async () => {
    await control?.close();
    await nats?.stop();
  });

  function follow(): SnapshotWatch {
    const { link, messaging, snapshots, log } = control.parts;
    watch = new SnapshotWatch(link, messaging, snapshots, log);
    watch.start();
    return watch;
  }

  /** The values of the gauges by their kinds. */
  function told(): Record<string, number> {
    const readings = [metrics.configurationRefused.read(), metrics.configurationRevision.read()];
    return Object.fromEntries(
      readings.flatMap((reading) =>
        reading.kind === 'histogram' ? [] : reading.points.map(({ attributes, value }) => [attributes.kind, value]),
      ),
    );
  }

  it('is ready with what is stored, and hears of what is written', async () => {
    await follow().ready;
    const heard: number[] = [];
    watch.onChange(({ revision }) => heard.push(revision));
    await control.parts.snapshots.write(snapshotOf(2));
    await eventually(() => expect(heard).toEqual([1, 2]));
  });

  it('keeps what it holds when an older or an unreadable one is written', async () => {
    await follow().ready;
    await control.parts.snapshots.write(snapshotOf(1));
    control.parts.messaging.publish(`$KV.${Bucket.snapshot.name}.${Bucket.snapshot.key}`, '{"version":99}');
    await control.parts.snapshots.write(snapshotOf(3));
    await eventually(() => expect(watch.current?.revision).toBe(3));
    expect(control.logged).toContain('a configuration that this version cannot read was ignored');
  });

  it('counts as refused what it cannot read, with the revision that it names, until something readable lies there', async () => {
    await follow().ready;
    const inForce = watch.current?.revision;
    expect(told()).toEqual({ in_force: inForce, newest: inForce, snapshot: 0 });
    const subject = `$KV.${Bucket.snapshot.name}.${Bucket.snapshot.key}`;
    control.parts.messaging.publish(subject, '{"version":99,"revision":77}');
    await eventually(() => expect(told()).toEqual({ in_force: inForce, newest: 77, snapshot: 1 }));
    // Also for a process that begins while it lies there.
    watch.stop();
    metrics.configurationRefused.set({ kind: 'snapshot' }, 0);
    const late = follow();
    await eventually(() => expect(told().snapshot).toBe(1));
    expect(late.current).toBeUndefined();
    control.parts.messaging.publish(subject, 'no JSON');
    await control.parts.snapshots.write(snapshotOf(3));
    await eventually(() => expect(told()).toEqual({ in_force: 3, newest: 3, snapshot: 0 }));
  });

  it('lets wait for a revision that is still on its way, for no longer than is asked', async () => {
    await follow().ready;
    await watch.reached(3, 60_000);
    let isReached = false;
    const reached = watch.reached(5, 60_000).then(() => (isReached = true));
    await control.parts.snapshots.write(snapshotOf(4));
    await eventually(() => expect(watch.current?.revision).toBe(4));
    expect(isReached).toBe(false);
    await control.parts.snapshots.write(snapshotOf(5));
    await reached;
    await watch.reached(6, 50);
    expect(watch.current?.revision).toBe(5);
  });
});
