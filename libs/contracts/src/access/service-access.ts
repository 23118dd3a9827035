import type { ServiceName } from '../queries/health.js';
import type { Subject } from '../subjects.js';
import { Consumer, Stream, type Bucket, type ConsumerDefinition, type StreamDefinition } from '../topology.js';

/** The name of a subject, as in `Subject`. */
export type SubjectName = keyof typeof Subject;
/** The name of a bucket, as in `Bucket`. */
export type BucketName = keyof typeof Bucket;

/** All that one service may say and hear on NATS. What is not listed is refused by the server. */
export interface ServiceAccess {
  /** Published to whoever listens, streams included. */
  readonly publishes: readonly SubjectName[];
  /** Heard by every process of the service. */
  readonly hears: readonly SubjectName[];
  /** Taken by one process of the service, in the queue group of its name. */
  readonly takes: readonly SubjectName[];
  /** Queries that it asks, and those that it answers. */
  readonly asks: readonly SubjectName[];
  readonly answers: readonly SubjectName[];
  /** Durable consumers whose messages it takes and settles; it may bury under their names. */
  readonly consumes: readonly ConsumerDefinition[];
  /** Durable consumers of others whose progress it reads. */
  readonly watches: readonly ConsumerDefinition[];
  /** Streams of which it reads single messages by their position. */
  readonly reads: readonly StreamDefinition[];
  /** Buckets; `write` includes reading. */
  readonly buckets: Readonly<Partial<Record<BucketName, 'read' | 'write'>>>;
  /** Makes streams, consumers and buckets for all; trims streams, takes dead letters out, and sends them again. */
  readonly isKeeper: boolean;
}

const NOTHING: ServiceAccess = {
  publishes: [],
  hears: [],
  takes: [],
  asks: [],
  answers: [],
  consumes: [],
  watches: [],
  reads: [],
  buckets: { snapshot: 'read' },
  isKeeper: false,
};

const jobsAnswers = [
  'fileCreate',
  'fileRead',
  'fileList',
  'fileDelete',
  'batchCreate',
  'batchRead',
  'batchList',
  'batchCancel',
  'jobCreate',
  'jobRead',
  'jobList',
  'jobCancel',
  'jobDelete',
  'jobResultRead',
  'jobStreamRead',
  'messageBatchCreate',
  'messageBatchRead',
  'messageBatchList',
  'messageBatchCancel',
  'messageBatchDelete',
  'messageBatchResultsRead',
  'responsePut',
  'responseRead',
  'responseCancel',
  'responseDelete',
  'responseInputList',
  'responseContextRead',
  'webhookEndpointCreate',
  'webhookEndpointRead',
  'webhookEndpointList',
  'webhookEndpointUpdate',
  'webhookEndpointDelete',
  'webhookSecretRotate',
  'webhookTest',
  'webhookReplay',
  'webhookDeliveryList',
  'webhookDeliveryRead',
  'webhookDeliveryReplay',
  'queueList',
  'queuePause',
  'queueResume',
  'nativeBatchList',
] as const satisfies readonly SubjectName[];

const controlAnswers = [
  'policyReplay',
  'policyList',
  'policyTry',
  'policyPromote',
  'policyRollBack',
  'resourceList',
  'resourceRead',
  'resourceChange',
  'configurationApply',
  'configurationExport',
  'keyIssue',
  'keyUpdate',
  'keyRotate',
  'keyRevoke',
  'keyRead',
  'keyList',
  'keyFind',
  'deadLetterList',
  'deadLetterRead',
  'deadLetterRedrive',
  'deadLetterDiscard',
  'signIn',
  'sessionCheck',
  'sessionList',
  'sessionEnd',
  'passwordChange',
  'invitationIssue',
  'invitationAccept',
  'issuerList',
  'oidcStart',
  'oidcFinish',
  'personList',
  'personRead',
  'personUpdate',
] as const satisfies readonly SubjectName[];

const auditAnswers = [
  'feedbackPut',
  'feedbackList',
  'requestRead',
  'auditEventList',
  'auditInclusionProve',
  'auditConsistencyProve',
  'auditCheckpointList',
  'auditKeyList',
  'auditKeyRotate',
  'auditHoldList',
  'auditHoldPut',
  'auditExportBegin',
  'auditReportRead',
  'auditLogRead',
  'auditPayloadRead',
  'auditSubjectErase',
] as const satisfies readonly SubjectName[];

const billingAnswers = [
  'chargeRead',
  'usageReport',
  'costReport',
  'invoiceRead',
  'reconciliationRun',
  'budgetList',
  'budgetGrant',
  'ledgerVerify',
  'budgetLease',
  'budgetReturn',
] as const satisfies readonly SubjectName[];

const nativeBatches = [
  'nativeBatchSubmit',
  'nativeBatchFind',
  'nativeBatchRead',
  'nativeBatchCollect',
  'nativeBatchDiscard',
] as const satisfies readonly SubjectName[];

/**
 * Who may say and hear what. The permissions of each service's identity at nats-server are made from this table
 * (`libs/identities`), and a test compares it with the subjects that each service's code names.
 */
export const MessageAccess: Readonly<Record<ServiceName, ServiceAccess>> = {
  ingress: {
    ...NOTHING,
    publishes: [
      'requestAcceptedInteractive',
      'answerStreamed',
      'callCancelled',
      'requestEnded',
      'auditNoted',
      'payloadCaptured',
      'payloadLost',
      'keyUsed',
      'limitRecalled',
    ],
    hears: [
      'reply',
      'resultsRecorded',
      'answerStreamed',
      'answerAwaited',
      'budgetRecalled',
      'limitRecalled',
      'auditRecorded',
    ],
    asks: [
      ...jobsAnswers,
      ...controlAnswers,
      ...auditAnswers,
      ...billingAnswers,
      'routeExplain',
      'healthAsk',
      'metricsAsk',
    ],
    answers: ['textsModerate'],
    watches: [Consumer.audit],
    reads: [Stream.streamedAnswers],
    buckets: {
      snapshot: 'read',
      keys: 'read',
      bodies: 'write',
      idempotency: 'write',
      limits: 'write',
      answers: 'read',
    },
  },
  router: {
    ...NOTHING,
    publishes: ['callAssignedInteractive', 'callAssignedDurable', 'reply', 'requestEnded', 'resultsRecorded'],
    takes: ['requestAcceptedInteractive'],
    answers: ['routeExplain'],
    consumes: [Consumer.router],
    buckets: { snapshot: 'read', keys: 'read', health: 'read' },
  },
  worker: {
    ...NOTHING,
    publishes: [
      'callAssignedInteractive',
      'callAssignedDurable',
      'reply',
      'answerStreamed',
      'answerAwaited',
      'resultsRecorded',
      'requestEnded',
      'requestsEnded',
      'jobStarted',
      'payloadCaptured',
      'payloadLost',
    ],
    hears: ['callCancelled', 'batchCallsCancelled'],
    takes: ['callAssignedInteractive'],
    asks: ['openRequestList', 'textsModerate'],
    answers: nativeBatches,
    consumes: [Consumer.worker],
    buckets: { snapshot: 'read', health: 'write', bodies: 'write', answers: 'write' },
  },
  jobs: {
    ...NOTHING,
    publishes: [
      'requestAcceptedDurable',
      'requestEnded',
      'auditNoted',
      'callCancelled',
      'batchCallsCancelled',
      'limitRecalled',
    ],
    hears: ['limitRecalled'],
    takes: ['jobStarted'],
    asks: [...nativeBatches, 'holdPlace', 'callersRenew'],
    answers: [...jobsAnswers, 'openRequestList'],
    consumes: [Consumer.jobs, Consumer.notifications],
    watches: [Consumer.router, Consumer.worker, Consumer.billing, Consumer.audit],
    buckets: { snapshot: 'read', keys: 'read', health: 'read', bodies: 'write', limits: 'write' },
  },
  billing: {
    ...NOTHING,
    publishes: ['auditNoted', 'notificationRaised', 'budgetRecalled'],
    answers: [...billingAnswers, 'holdPlace'],
    consumes: [Consumer.billing],
    buckets: { snapshot: 'read', keys: 'read' },
  },
  audit: {
    ...NOTHING,
    publishes: ['auditRecorded', 'auditCheckpointed', 'notificationRaised'],
    answers: [...auditAnswers, 'decidedRequestList'],
    consumes: [Consumer.audit, Consumer.auditNotes, Consumer.auditPayloads],
  },
  control: {
    ...NOTHING,
    publishes: ['auditNoted', 'notificationRaised'],
    takes: ['keyUsed'],
    asks: ['decidedRequestList'],
    answers: [...controlAnswers, 'callersRenew', 'topologyProvision'],
    consumes: [Consumer.deadLetters],
    buckets: { snapshot: 'write', keys: 'write' },
    isKeeper: true,
  },
};
