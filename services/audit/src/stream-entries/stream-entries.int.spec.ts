import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeSentRequestsEnded, encodeRequestEnded, encodeRequestsEnded } from '#libs/contracts';
import { ensureIdentities, seedFile } from '#libs/identities';
import { leafHash } from '#libs/merkle';
import { MessagingParts } from '#libs/messaging';
import { buildRequestEnded, eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { AuditParts, silentLog } from '../audit.fixture.js';
import { readEntries } from '../stored-log.fixture.js';
import { RecordEventHandler } from '../record-event/record-event.handler.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { FreshEntries, type FollowedEntry } from './fresh-entries.js';
import { StreamEntriesRunner } from './stream-entries.runner.js';
import { UnstreamedRepository } from './unstreamed.repository.js';

const EXAMPLE = resolve('docs/examples/follow-the-audit-trail.mjs');

/** The program of the documentation, and what it prints. */
class Follower {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;

  constructor(url: string, identities: string, name: string) {
    const env = { ...process.env, NATS_URL: url, NATS_SEED_FILE: seedFile(identities, name) };
    this.child = spawn(process.execPath, [EXAMPLE, 'followed', name], { env });
    let text = '';
    this.child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString('utf8');
      this.lines.splice(0, this.lines.length, ...text.split('\n').slice(0, -1));
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

describe('the stream of the trail', () => {
  let parts: AuditParts;
  let nats: NatsForTests;
  let messaging: MessagingParts;
  let runner: StreamEntriesRunner;
  let identities: string;
  const eventsOf = (count: number) =>
    Array.from({ length: count }, () => buildRequestEnded({ organization: 'followed' }));

  beforeAll(async () => {
    identities = await mkdtemp(join(tmpdir(), 'switchyard-followers-'));
    const followers = ['siem', 'other'].map((name) => ({ name, organization: 'followed' }));
    const blocks = await ensureIdentities(identities, followers);
    [parts, nats] = await Promise.all([AuditParts.open(), startNatsForTests({ blocks })]);
    const open = (name: string) =>
      MessagingParts.open(nats.url, name, silentLog, { seedFile: seedFile(identities, name) });
    await (await open('control')).close();
    messaging = await open('audit');
    runner = new StreamEntriesRunner(
      parts.database,
      new UnstreamedRepository(parts.database),
      messaging.messaging,
      silentLog,
    );
  });
  afterAll(async () => {
    await messaging.close();
    await nats.stop();
    await parts.close();
    await rm(identities, { recursive: true, force: true });
  });

  it('is followed by the program of the documentation, which goes on where it was killed, and by another from the start', async () => {
    await parts.record(eventsOf(300));
    await Promise.all([runner.sendAll(), runner.sendAll()]);
    const first = new Follower(nats.url, identities, 'siem');
    await eventually(() => expect(first.lines).toHaveLength(300), { withinMilliseconds: 30_000 });
    await first.stop();
    await parts.record(eventsOf(20));
    await runner.sendAll();
    const again = new Follower(nats.url, identities, 'siem');
    const other = new Follower(nats.url, identities, 'other');
    await eventually(
      () => {
        expect([again.lines.length >= 20, other.lines.length]).toEqual([true, 320]);
      },
      { withinMilliseconds: 30_000 },
    );
    await Promise.all([again.stop(), other.stop()]);
    const expected = (await readEntries(parts.server, 'followed')).map(
      ({ sequence, type, body }) => `${sequence} ${type} ${Buffer.from(leafHash(body)).toString('base64')}`,
    );
    expect(other.lines).toEqual(expected);
    expect(again.lines.slice(-20)).toEqual(expected.slice(-20));
    // At most the one whose acknowledgement was under way comes again.
    expect(again.lines.length).toBeLessThanOrEqual(21);
  });

  it('gets the same of entries that this process has just recorded as of those that are read from Postgres', async () => {
    const fresh = new FreshEntries();
    const trail = new TrailRepository(parts.database, fresh);
    const recorder = new RecordEventHandler(trail, silentLog);
    const entriesOf = (organization: string, count: number) =>
      decodeSentRequestsEnded(
        Buffer.from(
          encodeRequestsEnded(
            Array.from({ length: count }, () =>
              encodeRequestEnded(buildRequestEnded({ organization, endUser: 'Zoë \u{1F600}' })),
            ),
          ),
        ),
      );
    await parts.record([buildRequestEnded({ organization: 'handed' })]);
    await recorder.record(entriesOf('handed', 3));
    await parts.record([buildRequestEnded({ organization: 'handed' })]);
    await recorder.record(entriesOf('handed', 2));
    const read: FollowedEntry[] = [];
    const handed: FollowedEntry[] = [];
    const into = (list: FollowedEntry[]) => async (entries: readonly FollowedEntry[]) =>
      void list.push(...entries.filter(({ organization }) => organization === 'handed'));
    const notTaken = async (entries: readonly FollowedEntry[]) => {
      await into(read)(entries);
      throw new Error('not taken');
    };
    await expect(new UnstreamedRepository(parts.database).send(100, notTaken)).rejects.toThrow('not taken');
    const repository = new UnstreamedRepository(parts.database, fresh);
    while ((await repository.send(2, into(handed))) > 0);
    expect(read).toHaveLength(7);
    expect(handed).toEqual(read);
    expect(fresh.from('handed', 5, 10)).toEqual([]);
  });
});
