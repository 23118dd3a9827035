import {
  MessageAccess,
  Bucket,
  bucketStream,
  Consumer,
  inboxPrefixOf,
  patternsOf,
  serviceNames,
  Stream,
  streamsNeededBy,
  Subject,
  type BucketName,
  type ConsumerDefinition,
  type ServiceAccess,
  type ServiceName,
  type StreamDefinition,
} from '#libs/contracts';

/** Subjects that an identity may publish on and subscribe to; `subject queue` allows a subscription in that queue group only. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

const API = '$JS.API';
/** Buckets that are read as a whole and followed, by consumers that the client makes for a moment. */
const FOLLOWED: ReadonlySet<BucketName> = new Set(['snapshot', 'keys', 'health', 'bodies']);

/** What a service's identity may do: its row of `MessageAccess`, in the words of nats-server. Sorted, each subject once. */
export function permissionsOf(name: ServiceName): Permissions {
  const access = MessageAccess[name];
  return {
    publish: sorted([
      `${API}.INFO`,
      ...[...access.publishes, ...access.asks].flatMap(patternsOf),
      ...(access.isKeeper ? [] : patternsOf('topologyProvision')),
      ...askersOf(name, access).map((asker) => `${inboxPrefixOf(asker)}.>`),
      ...streamsNeededBy(access).map((stream) => `${API}.STREAM.INFO.${stream}`),
      ...access.consumes.flatMap(consuming),
      ...access.watches.map(({ stream, name: consumer }) => `${API}.CONSUMER.INFO.${stream}.${consumer}`),
      ...access.reads.map(({ name: stream }) => `${API}.DIRECT.GET.${stream}`),
      ...bucketsOf(access).flatMap(([bucket, right]) => usingBucket(bucket, right)),
      ...(access.isKeeper ? keeping() : []),
    ]),
    subscribe: sorted([
      `${inboxPrefixOf(name)}.>`,
      Subject.healthAsk(name),
      Subject.metricsAsk,
      ...access.hears.flatMap(patternsOf),
      ...[...access.takes, ...access.answers].flatMap(patternsOf).map((pattern) => `${pattern} ${name}`),
      ...bucketsOf(access).map(([bucket]) => entriesOf(bucket)),
    ]),
  };
}

/**
 * What somebody who follows one organization's trail may do: make one durable consumer of that name on the stream AUDIT,
 * filtered to that organization, and take and settle its messages.
 */
export function trailReaderPermissions(name: string, organization: string): Permissions {
  const stream = Stream.audit.name;
  const filter = Subject.auditRecorded(organization);
  return {
    publish: sorted([
      `${API}.INFO`,
      `${API}.CONSUMER.CREATE.${stream}.${name}.${filter}`,
      `${API}.CONSUMER.INFO.${stream}.${name}`,
      `${API}.CONSUMER.MSG.NEXT.${stream}.${name}`,
      `$JS.ACK.${stream}.${name}.>`,
    ]),
    subscribe: [`${inboxPrefixOf(name)}.>`],
  };
}

/** For operators with the nats command line, and for tests that look from outside: all of the account. */
export const OPERATOR_PERMISSIONS: Permissions = { publish: ['>'], subscribe: ['>'] };

/** Whose inboxes a service has answers for: ingress asks everybody for health and metrics. */
function askersOf(name: ServiceName, { answers }: ServiceAccess): ServiceName[] {
  const asks = (asker: ServiceName): boolean =>
    MessageAccess[asker].asks.some((subject) => answers.includes(subject)) ||
    (answers.includes('topologyProvision') && !MessageAccess[asker].isKeeper);
  return serviceNames.filter((asker) => asker === 'ingress' || (asker !== name && asks(asker)));
}

function consuming({ stream, name }: ConsumerDefinition): string[] {
  return [
    `${API}.CONSUMER.INFO.${stream}.${name}`,
    `${API}.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `$JS.ACK.${stream}.${name}.>`,
    Subject.deadLetter(name),
  ];
}

function usingBucket(bucket: BucketName, right: 'read' | 'write'): string[] {
  const stream = bucketStream(bucket);
  const following = [
    `${API}.STREAM.MSG.GET.${stream}`,
    `${API}.CONSUMER.CREATE.${stream}.>`,
    `${API}.CONSUMER.INFO.${stream}.>`,
    `${API}.CONSUMER.DELETE.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
  // The client frees the pieces of an object that was replaced or removed by a purge.
  const freeing = bucket === 'bodies' ? [`${API}.STREAM.PURGE.${stream}`] : [];
  return [
    `${API}.DIRECT.GET.${stream}`,
    `${API}.DIRECT.GET.${stream}.>`,
    ...(FOLLOWED.has(bucket) ? following : []),
    ...(right === 'write' ? [entriesOf(bucket), ...freeing] : []),
  ];
}

function keeping(): string[] {
  const streams = Object.values(Stream) as readonly StreamDefinition[];
  const made = [...streams.map(({ name }) => name), ...(Object.keys(Bucket) as BucketName[]).map(bucketStream)];
  const consumers = (Object.values(Consumer) as readonly ConsumerDefinition[]).flatMap(({ stream, name }) => [
    `${API}.CONSUMER.INFO.${stream}.${name}`,
    `${API}.CONSUMER.CREATE.${stream}.${name}`,
    `${API}.CONSUMER.CREATE.${stream}.${name}.>`,
    `${API}.CONSUMER.DURABLE.CREATE.${stream}.${name}`,
  ]);
  const letters = Stream.deadLetters.name;
  const taken = new Set((Object.values(Consumer) as readonly ConsumerDefinition[]).map(({ stream }) => stream));
  const sentAgain = streams
    .filter(({ name }) => name !== letters && taken.has(name))
    .flatMap(({ subjects }) => subjects);
  return [
    ...made.flatMap((stream) => ['INFO', 'CREATE', 'UPDATE'].map((what) => `${API}.STREAM.${what}.${stream}`)),
    ...consumers,
    ...[Stream.results, Stream.notes].map(({ name }) => `${API}.STREAM.PURGE.${name}`),
    `${API}.STREAM.MSG.GET.${letters}`,
    `${API}.STREAM.MSG.DELETE.${letters}`,
    ...sentAgain,
  ];
}

function entriesOf(bucket: BucketName): string {
  return bucket === 'bodies' ? `$O.${Bucket.bodies.name}.>` : `$KV.${Bucket[bucket].name}.>`;
}

function bucketsOf({ buckets }: ServiceAccess): [BucketName, 'read' | 'write'][] {
  return Object.entries(buckets) as [BucketName, 'read' | 'write'][];
}

function sorted(subjects: readonly string[]): string[] {
  return [...new Set(subjects)].toSorted();
}
