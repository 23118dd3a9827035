import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  connect,
  nkeyAuthenticator,
  nkeys,
  PermissionViolationError,
  type NatsConnection,
} from '@nats-io/transport-node';
import {
  Bucket,
  bucketStream,
  Consumer,
  inboxPrefixOf,
  MessageAccess,
  patternsOf,
  serviceNames,
  Stream,
  Subject,
  type BucketName,
  type ServiceName,
  type SubjectName,
} from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { ensureIdentities, seedFile } from './identity-files.js';
import { readFileSync } from 'node:fs';

const subjectNames = Object.keys(Subject) as SubjectName[];
const streams = [
  ...Object.values(Stream).map(({ name }) => name),
  ...(Object.keys(Bucket) as BucketName[]).map(bucketStream),
];

/** One subject of each kind, with words in the place of wildcards. */
function samplesOf(name: SubjectName): string[] {
  return patternsOf(name).map((pattern) => pattern.replaceAll('*', 'some'));
}

/** What nobody but control may do to the streams, and what control may not either. */
const DANGEROUS = [
  ...streams.flatMap((stream) =>
    ['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.DELETE', 'MSG.GET', 'SNAPSHOT', 'RESTORE'].map(
      (what) => `$JS.API.STREAM.${what}.${stream}`,
    ),
  ),
  ...Object.values(Consumer).flatMap(({ stream, name }) => [
    `$JS.API.CONSUMER.CREATE.${stream}.${name}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${name}`,
    `$JS.API.CONSUMER.DELETE.${stream}.${name}`,
    `$JS.API.CONSUMER.PAUSE.${stream}.${name}`,
  ]),
  '$JS.API.STREAM.CREATE.OTHER',
  '$JS.API.CONSUMER.CREATE.RESULTS.thief',
  '$JS.API.STREAM.LIST',
  '$JS.API.STREAM.NAMES',
  '$JS.API.ACCOUNT.PURGE.$G',
  '$JS.API.META.LEADER.STEPDOWN',
  '$SYS.REQ.SERVER.PING',
  '$SYS.REQ.ACCOUNT.$G.CONNZ',
  'a.subject.of.nobody',
];

describe('identities at a real nats-server', () => {
  let folder: string;
  let nats: NatsForTests;
  const opened: NatsConnection[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-identities-'));
    const blocks = await ensureIdentities(folder, [{ name: 'siem', organization: 'acme' }]);
    nats = await startNatsForTests({ blocks });
  });
  afterAll(async () => {
    await Promise.all(opened.map((connection) => connection.close()));
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function as(name: string): Promise<NatsConnection> {
    const seed = readFileSync(seedFile(folder, name), 'ascii').trim();
    // The server breaks with whoever does not say within two seconds who it is, which may happen on a machine under load.
    const connection = await eventually(() =>
      connect({
        servers: nats.url,
        authenticator: nkeyAuthenticator(Buffer.from(seed)),
        inboxPrefix: inboxPrefixOf(name),
        reconnect: false,
      }),
    );
    opened.push(connection);
    return connection;
  }

  /** Which of these subjects the server refuses. */
  async function refused(
    name: string,
    operation: 'publish' | 'subscription',
    subjects: readonly [string, string?][],
  ): Promise<string[]> {
    const connection = await as(name);
    const found = new Set<string>();
    void (async () => {
      for await (const status of connection.status()) {
        if (
          status.type === 'error' &&
          status.error instanceof PermissionViolationError &&
          status.error.operation === operation
        )
          found.add(status.error.queue ? `${status.error.subject} ${status.error.queue}` : status.error.subject);
      }
    })();
    for (const [subject, queue] of subjects) {
      if (operation === 'publish') connection.publish(subject, '');
      else connection.subscribe(subject, { ...(queue === undefined ? {} : { queue }), callback: () => undefined });
    }
    await connection.flush();
    // What the server said before its PONG is told by then, but not yet heard.
    await new Promise((resolve) => setImmediate(resolve));
    await connection.close();
    return [...found].toSorted();
  }

  const outsiders = (allowed: ReadonlySet<string>, all: readonly string[]): string[] =>
    [...new Set(all)].filter((subject) => !allowed.has(subject)).toSorted();

  it.each(serviceNames)('%s publishes on its own subjects and on no other', async (name: ServiceName) => {
    const { publishes, asks, consumes, isKeeper } = MessageAccess[name];
    const letters = Object.values(Consumer).map(({ name: consumer }) => Subject.deadLetter(consumer));
    const own = new Set([
      ...[...publishes, ...asks].flatMap(samplesOf),
      ...(isKeeper ? [] : [Subject.topologyProvision]),
      ...consumes.map(({ name: consumer }) => Subject.deadLetter(consumer)),
      // Dead letters are sent again by control, each on its own subject.
      ...(isKeeper
        ? (
            [
              'requestAcceptedDurable',
              'callAssignedDurable',
              'requestEnded',
              'requestsEnded',
              'notificationRaised',
              'auditNoted',
              'payloadLost',
              'payloadCaptured',
            ] as const
          ).flatMap(samplesOf)
        : []),
    ]);
    // Health and metrics are asked of all by ingress.
    if (name === 'ingress')
      for (const service of serviceNames) own.add(Subject.healthAsk(service)).add(Subject.metricsAsk);
    const all = [
      ...subjectNames.filter((subject) => subject !== 'deadLetter' && subject !== 'healthAsk').flatMap(samplesOf),
      ...serviceNames.map((service) => Subject.healthAsk(service)),
      ...letters,
    ];

    expect(
      await refused(
        name,
        'publish',
        all.map((subject) => [subject]),
      ),
    ).toEqual(outsiders(own, all));
  });

  it.each(serviceNames)(
    '%s does to streams, consumers and buckets what it must and nothing else',
    async (name: ServiceName) => {
      const { buckets, consumes, isKeeper } = MessageAccess[name];
      const made = (what: string): string[] => streams.map((stream) => `$JS.API.STREAM.${what}.${stream}`);
      const own = new Set([
        ...(isKeeper ? [...made('CREATE'), ...made('UPDATE')] : []),
        ...(isKeeper
          ? ['$JS.API.STREAM.PURGE.RESULTS', '$JS.API.STREAM.PURGE.NOTES', '$JS.API.STREAM.MSG.DELETE.DEAD_LETTERS']
          : []),
        ...(isKeeper
          ? Object.values(Consumer).flatMap(({ stream, name: consumer }) => [
              `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
              `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`,
            ])
          : []),
        ...(isKeeper ? ['$JS.API.STREAM.MSG.GET.DEAD_LETTERS'] : []),
        ...(['snapshot', 'keys', 'health', 'bodies'] as const)
          .filter((bucket) => buckets[bucket] !== undefined)
          .map((bucket) => `$JS.API.STREAM.MSG.GET.${bucketStream(bucket)}`),
        ...(buckets.bodies === 'write' ? ['$JS.API.STREAM.PURGE.OBJ_bodies'] : []),
        ...consumes.flatMap(({ stream, name: consumer }) => [
          `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
          `$JS.ACK.${stream}.${consumer}.1.1.1.1.0`,
        ]),
        ...Object.entries(buckets).flatMap(([bucket, right]) =>
          right === 'write' ? [`${bucket === 'bodies' ? '$O' : '$KV'}.${bucket}.key`] : [],
        ),
      ]);
      const all = [
        ...DANGEROUS,
        ...Object.values(Consumer).flatMap(({ stream, name: consumer }) => [
          `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
          `$JS.ACK.${stream}.${consumer}.1.1.1.1.0`,
        ]),
        ...Object.keys(Bucket).map((bucket) => `${bucket === 'bodies' ? '$O' : '$KV'}.${bucket}.key`),
      ];

      expect(
        await refused(
          name,
          'publish',
          all.map((subject) => [subject]),
        ),
      ).toEqual(outsiders(own, all));
    },
  );

  it.each(serviceNames)(
    '%s hears what is meant for it, and takes turns with its own kind only',
    async (name: ServiceName) => {
      const { hears, takes, answers, buckets } = MessageAccess[name];
      const own = new Set([
        `${inboxPrefixOf(name)}.>`,
        ...hears.flatMap(patternsOf),
        ...hears.flatMap(patternsOf).map((pattern) => `${pattern} ${name}`),
        ...[...takes, ...answers].flatMap(patternsOf).map((pattern) => `${pattern} ${name}`),
        Subject.healthAsk(name),
        Subject.metricsAsk,
        `${Subject.metricsAsk} ${name}`,
        ...Object.keys(buckets).map((bucket) => `${bucket === 'bodies' ? '$O' : '$KV'}.${bucket}.>`),
      ]);
      const alone = [
        ...serviceNames.flatMap((service) => [`${inboxPrefixOf(service)}.>`, Subject.healthAsk(service)]),
        ...subjectNames.filter((subject) => subject !== 'healthAsk').flatMap(patternsOf),
        ...Object.keys(Bucket).map((bucket) => `${bucket === 'bodies' ? '$O' : '$KV'}.${bucket}.>`),
        '>',
        '_INBOX.>',
        'request.>',
        '$SYS.>',
        '$JS.EVENT.>',
        '$JS.API.>',
        '$KV.>',
      ];
      const queued = subjectNames.filter((subject) => subject !== 'healthAsk').flatMap(patternsOf);
      const subjects: [string, string?][] = [
        ...alone.map((subject): [string] => [subject]),
        ...queued.map((subject): [string, string] => [subject, name]),
        ...queued.map((subject): [string, string] => [subject, 'thieves']),
      ];
      const asked = subjects.map(([subject, queue]) => (queue === undefined ? subject : `${subject} ${queue}`));
      // Whoever may hear a subject alone may do so in any group of its own.
      for (const heard of [...hears.flatMap(patternsOf), Subject.metricsAsk]) own.add(`${heard} thieves`);

      expect(await refused(name, 'subscription', subjects)).toEqual(outsiders(own, asked));
    },
  );

  it('lets a reader of one trail make its consumer on that trail, and on no other', async () => {
    const all = [
      '$JS.API.CONSUMER.CREATE.AUDIT.siem.audit.recorded.v1.acme',
      '$JS.API.CONSUMER.CREATE.AUDIT.siem.audit.recorded.v1.other',
      '$JS.API.CONSUMER.CREATE.AUDIT.siem',
      '$JS.API.CONSUMER.MSG.NEXT.AUDIT.siem',
      '$JS.API.CONSUMER.MSG.NEXT.AUDIT.another',
      'audit.recorded.v1.acme',
      '$JS.API.DIRECT.GET.AUDIT',
    ];
    const own = new Set([all[0] ?? '', all[3] ?? '']);

    expect(
      await refused(
        'siem',
        'publish',
        all.map((subject) => [subject]),
      ),
    ).toEqual(outsiders(own, all));
    expect(await refused('siem', 'subscription', [['audit.recorded.v1.acme'], ['>'], ['_INBOX_siem.>']])).toEqual([
      '>',
      'audit.recorded.v1.acme',
    ]);
  });

  it('lets nobody in without an identity, nor with one of another house', async () => {
    await expect(connect({ servers: nats.url, reconnect: false })).rejects.toMatchObject({
      name: 'AuthorizationError',
    });
    const authenticator = nkeyAuthenticator(nkeys.createUser().getSeed());
    await expect(connect({ servers: nats.url, reconnect: false, authenticator })).rejects.toMatchObject({
      name: 'AuthorizationError',
    });
  });
});
