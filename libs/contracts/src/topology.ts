import { SubjectPattern } from './subjects.js';

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;
const days = 24 * hours;

/** How one JetStream stream is set up; times in milliseconds, sizes in bytes. */
export interface StreamDefinition {
  readonly name: string;
  readonly description: string;
  readonly subjects: readonly string[];
  /** `work-queue` drops a message once acknowledged; `limits` keeps it for `maxAgeMilliseconds`, or until it is trimmed. */
  readonly retention: 'work-queue' | 'limits';
  readonly maxAgeMilliseconds: number;
  readonly maxBytes: number;
  readonly maxMessageBytes: number;
  readonly duplicateWindowMilliseconds: number;
  /** Whether messages may come as atomic batches: all stored, or none. */
  readonly atomicBatches: boolean;
  /** Whether a full stream lets the oldest go, and gives single messages by their position, instead of refusing what is new. */
  readonly dropsOldest?: boolean;
  /** `async`: the server may flush to disk later; only for streams that Postgres can refill. */
  readonly flush: 'sync' | 'async';
}

/** How one durable pull consumer is set up; times in milliseconds. */
export interface ConsumerDefinition {
  readonly stream: string;
  readonly name: string;
  readonly description: string;
  readonly filterSubjects: readonly string[];
  /** A message not settled for so long is delivered again. */
  readonly ackWaitMilliseconds: number;
  /** After so many deliveries without success a message is buried in DEAD_LETTERS. */
  readonly deliveryLimit: number;
  /** Most messages delivered and not yet settled, over all processes. */
  readonly maxAckPending: number;
}

/** The streams. Why each setting is what it is: `docs/architecture/2-streams.md`. */
export const Stream = {
  requests: {
    name: 'REQUESTS',
    description: 'Durable work on its way to the router; refilled from Postgres if lost',
    subjects: [SubjectPattern.requestAcceptedDurable],
    retention: 'work-queue',
    maxAgeMilliseconds: 0,
    maxBytes: 4 * 1024 ** 3,
    maxMessageBytes: 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'async',
  },
  calls: {
    name: 'CALLS',
    description: 'Durable work on its way to a provider; refilled from Postgres if lost',
    subjects: [SubjectPattern.callAssignedDurable],
    retention: 'work-queue',
    maxAgeMilliseconds: 0,
    maxBytes: 4 * 1024 ** 3,
    maxMessageBytes: 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'async',
  },
  results: {
    name: 'RESULTS',
    description: 'The one terminal event of every request',
    subjects: SubjectPattern.requestEnded,
    retention: 'limits',
    // What all consumers have settled is trimmed away (`StreamTrimmer`), so the age bounds only what billing, audit or jobs
    // has yet to read: long enough for an unbilled event to outlive any outage of theirs.
    maxAgeMilliseconds: 30 * days,
    maxBytes: 16 * 1024 ** 3,
    maxMessageBytes: 4 * 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: true,
    flush: 'sync',
  },
  notifications: {
    name: 'NOTIFICATIONS',
    description: 'What receivers of webhooks shall hear of, from services other than jobs',
    subjects: [SubjectPattern.notificationRaised],
    retention: 'work-queue',
    maxAgeMilliseconds: 0,
    maxBytes: 256 * 1024 ** 2,
    maxMessageBytes: 64 * 1024,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'sync',
  },
  notes: {
    name: 'NOTES',
    description: 'Changes by administrators and what else belongs in the trail besides requests',
    subjects: [SubjectPattern.auditNoted, SubjectPattern.payloadLost],
    retention: 'limits',
    maxAgeMilliseconds: 30 * days,
    maxBytes: 1024 ** 3,
    maxMessageBytes: 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'sync',
  },
  payloads: {
    name: 'PAYLOADS',
    description: 'Prompts and answers that are kept, sealed, on their way to audit',
    subjects: [SubjectPattern.payloadCaptured],
    retention: 'work-queue',
    maxAgeMilliseconds: 0,
    maxBytes: 8 * 1024 ** 3,
    maxMessageBytes: 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'sync',
  },
  streamedAnswers: {
    name: 'STREAMED_ANSWERS',
    description: 'Streamed answers that may be picked up again, as they come; the oldest give way',
    subjects: [SubjectPattern.answerStreamed],
    retention: 'limits',
    maxAgeMilliseconds: hours,
    maxBytes: 1024 ** 3,
    maxMessageBytes: 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'async',
    dropsOldest: true,
  },
  audit: {
    name: 'AUDIT',
    description: 'The entries of the trail for whoever follows it; Postgres holds them all',
    subjects: [SubjectPattern.auditRecorded],
    retention: 'limits',
    maxAgeMilliseconds: 30 * days,
    maxBytes: 2 * 1024 ** 3,
    maxMessageBytes: 4 * 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'async',
    dropsOldest: true,
  },
  checkpoints: {
    name: 'CHECKPOINTS',
    description: 'What audit signed of the logs, outside the database that holds them',
    subjects: [SubjectPattern.auditCheckpointed],
    retention: 'limits',
    maxAgeMilliseconds: 0,
    maxBytes: 256 * 1024 ** 2,
    maxMessageBytes: 64 * 1024,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'sync',
    // Each holds all that those before it held; those before stay in the store of files.
    dropsOldest: true,
  },
  deadLetters: {
    name: 'DEAD_LETTERS',
    description: 'Messages that no consumer could digest, for an operator to read and send again',
    subjects: [SubjectPattern.deadLetters],
    retention: 'limits',
    maxAgeMilliseconds: 30 * days,
    maxBytes: 4 * 1024 ** 3,
    maxMessageBytes: 5 * 1024 ** 2,
    duplicateWindowMilliseconds: 2 * minutes,
    atomicBatches: false,
    flush: 'sync',
  },
} as const satisfies Record<string, StreamDefinition>;

/** The durable consumers, one for each kind of effect. */
export const Consumer = {
  router: {
    stream: Stream.requests.name,
    name: 'router',
    description: 'Decides on the target of durable work',
    filterSubjects: [SubjectPattern.requestAcceptedDurable],
    ackWaitMilliseconds: 15 * seconds,
    deliveryLimit: 10,
    maxAckPending: 5_000,
  },
  worker: {
    stream: Stream.calls.name,
    name: 'worker',
    description: 'Calls providers for durable work; long calls extend their time while they run',
    filterSubjects: [SubjectPattern.callAssignedDurable],
    ackWaitMilliseconds: 15 * seconds,
    deliveryLimit: 10,
    maxAckPending: 5_000,
  },
  billing: {
    stream: Stream.results.name,
    name: 'billing',
    description: 'Prices each terminal event',
    filterSubjects: SubjectPattern.requestEnded,
    ackWaitMilliseconds: 10 * seconds,
    deliveryLimit: 10,
    maxAckPending: 5_000,
  },
  audit: {
    stream: Stream.results.name,
    name: 'audit',
    description: 'Records each terminal event in the trail',
    filterSubjects: SubjectPattern.requestEnded,
    ackWaitMilliseconds: 10 * seconds,
    deliveryLimit: 10,
    maxAckPending: 5_000,
  },
  auditNotes: {
    stream: Stream.notes.name,
    name: 'audit-notes',
    description: 'Records in the trail what is no request',
    filterSubjects: [SubjectPattern.auditNoted, SubjectPattern.payloadLost],
    ackWaitMilliseconds: 10 * seconds,
    deliveryLimit: 10,
    maxAckPending: 1_000,
  },
  auditPayloads: {
    stream: Stream.payloads.name,
    name: 'audit-payloads',
    description: 'Encrypts and stores prompts and answers beside the trail',
    filterSubjects: [SubjectPattern.payloadCaptured],
    ackWaitMilliseconds: 30 * seconds,
    deliveryLimit: 10,
    maxAckPending: 500,
  },
  jobs: {
    stream: Stream.results.name,
    name: 'jobs',
    description: 'Stores the answers of batch lines and jobs',
    filterSubjects: SubjectPattern.requestEndedDurable,
    ackWaitMilliseconds: 10 * seconds,
    deliveryLimit: 10,
    maxAckPending: 5_000,
  },
  notifications: {
    stream: Stream.notifications.name,
    name: 'notifications',
    description: 'Turns what other services raise into events for webhooks',
    filterSubjects: [SubjectPattern.notificationRaised],
    ackWaitMilliseconds: 10 * seconds,
    deliveryLimit: 10,
    maxAckPending: 1_000,
  },
  deadLetters: {
    stream: Stream.deadLetters.name,
    name: 'dead-letters',
    description: 'Keeps dead letters in Postgres, where they rest',
    filterSubjects: [SubjectPattern.deadLetters],
    ackWaitMilliseconds: 10 * seconds,
    // Nothing buries a dead letter: it would come back as another one.
    deliveryLimit: Number.POSITIVE_INFINITY,
    maxAckPending: 1_000,
  },
} as const satisfies Record<string, ConsumerDefinition>;

/** Key-value and object buckets; times in milliseconds. */
export const Bucket = {
  /** The compiled configuration, key `current`. */
  snapshot: { name: 'snapshot', key: 'current' },
  /** Keys made by the admin API, and keys of either kind that were revoked, by their hash; refilled from Postgres if lost. */
  keys: { name: 'keys', maxBytes: 256 * 1024 ** 2 },
  /** Bodies and answers too large for a message, removed when they are done with; what is left goes when no batch of a day can want it. */
  bodies: { name: 'bodies', maxAgeMilliseconds: 26 * hours, maxBytes: 8 * 1024 ** 3 },
  /** Which targets are well, and how fast: a report of each worker, and a record of each target that is not. */
  health: { name: 'health', maxAgeMilliseconds: 10 * minutes, maxBytes: 16 * 1024 ** 2 },
  /** What was answered under idempotency keys, for a day after. Full, it takes no more: a key that was taken is never forgotten early. */
  idempotency: { name: 'idempotency', maxAgeMilliseconds: 24 * hours, maxBytes: 16 * 1024 ** 3 },
  /** What is used and leased of each rate limit; an entry outlives the longest window. */
  limits: { name: 'limits', maxAgeMilliseconds: 26 * hours, maxBytes: 1024 ** 3 },
  /** Answers kept for equal requests; the oldest give way. In memory, as `health` is: together they fit what a server gives. */
  answers: { name: 'answers', maxAgeMilliseconds: 7 * days, maxBytes: 192 * 1024 ** 2 },
} as const;

/** Queue groups of core subscriptions. */
export const QueueGroup = {
  ingress: 'ingress',
  router: 'router',
  worker: 'worker',
  jobs: 'jobs',
} as const;
