/**
 * Every subject of the house: `<noun>.<past-participle>.v<version>.<keys…>` for events, `<noun>.<imperative>.v<version>`
 * for queries and commands that expect a reply. Routing keys stand last so that wildcards stay short.
 */
export const Subject = {
  /** ingress → router: a caller waits for the answer. Core NATS, queue group. */
  requestAcceptedInteractive: 'request.accepted.v1.interactive',
  /** jobs → router: work that Postgres has promised. Stream REQUESTS. */
  requestAcceptedDurable: (priority: string) => `request.accepted.v1.durable.${priority}`,
  /** router or worker → worker: call this provider for a waiting caller. Core NATS, queue group per provider kind. */
  callAssignedInteractive: (provider: string) => `call.assigned.v1.interactive.${provider}`,
  /** router or worker → worker: call this provider for the durable lane. Stream CALLS. */
  callAssignedDurable: (provider: string, priority: string) => `call.assigned.v1.durable.${provider}.${priority}`,
  /** worker → ingress: the frames of one answer. Core NATS. */
  reply: (ingress: string, requestId: string) => `reply.${ingress}.${requestId}`,
  /** worker, ingress → whoever picks a streamed answer up again: its frames, in order. Stream STREAMED_ANSWERS. */
  answerStreamed: (organization: string, project: string, requestId: string) =>
    `answer.streamed.v1.${organization}.${project}.${requestId}`,
  /** worker → whoever follows a streamed answer: the call still runs. Core NATS. */
  answerAwaited: (requestId: string) => `answer.awaited.v1.${requestId}`,
  /** worker or router → ingress: ids of requests whose terminal event is stored; a JSON array of request ids. Core NATS. */
  resultsRecorded: (ingress: string) => `results.recorded.v1.${ingress}`,
  /** ingress → every worker: the caller left. Core NATS. */
  callCancelled: (requestId: string) => `call.cancelled.v1.${requestId}`,
  /** jobs → every worker: a batch is cancelled; `running` where its calls under way are to end too, else empty. Core NATS. */
  batchCallsCancelled: (batchId: string) => `calls.cancelled.v1.${batchId}`,
  /** worker, router, ingress, jobs → billing, audit, jobs: the one terminal event of a request. Stream RESULTS. */
  requestEnded: (outcome: string, organization: string, lane: string) =>
    `request.${outcome}.v1.${organization}.${lane}`,
  /** worker → billing, audit, jobs: terminal events of several requests of an organisation's durable lane. Stream RESULTS. */
  requestsEnded: (organization: string, lane: string) => `requests.ended.v1.${organization}.${lane}`,
  /** any service → jobs: something that receivers of webhooks shall hear of. Stream NOTIFICATIONS. */
  notificationRaised: (organization: string) => `notification.raised.v1.${organization}`,
  /** control, ingress, billing → audit: something besides requests that belongs in the trail. Stream NOTES. */
  auditNoted: (organization: string) => `audit.noted.v1.${organization}`,
  /** worker, ingress → audit: prompt and answer of a request that were to be kept are not. The only notes that workers may make. Stream NOTES. */
  payloadLost: (organization: string) => `payload.lost.v1.${organization}`,
  /** worker, ingress → audit: prompt and answer of a request whose organisation keeps them. Stream PAYLOADS. */
  payloadCaptured: (organization: string) => `payload.captured.v1.${organization}`,
  /** any consumer → operator. Stream DEAD_LETTERS. */
  deadLetter: (consumer: string) => `message.buried.v1.${consumer}`,
  /** ingress → one process of each service: are you ready? */
  healthAsk: (service: string) => `health.ask.v1.${service}`,
  /** ingress → every process: your metrics in Prometheus text. */
  metricsAsk: 'metrics.ask.v1',
  /** any service → control: a stream or a consumer of mine is missing; make what is missing. */
  topologyProvision: 'topology.provision.v1',
  /** ingress → jobs */
  fileCreate: 'file.create.v1',
  fileRead: 'file.read.v1',
  fileList: 'file.list.v1',
  fileDelete: 'file.delete.v1',
  batchCreate: 'batch.create.v1',
  batchRead: 'batch.read.v1',
  batchList: 'batch.list.v1',
  batchCancel: 'batch.cancel.v1',
  jobCreate: 'job.create.v1',
  jobRead: 'job.read.v1',
  jobList: 'job.list.v1',
  jobCancel: 'job.cancel.v1',
  jobDelete: 'job.delete.v1',
  jobResultRead: 'job-result.read.v1',
  jobStreamRead: 'job-stream.read.v1',
  /** worker → jobs: a job's provider is about to be called. Core NATS, queue group; for show only. */
  jobStarted: 'job.started.v1',
  messageBatchCreate: 'message-batch.create.v1',
  messageBatchRead: 'message-batch.read.v1',
  messageBatchList: 'message-batch.list.v1',
  messageBatchCancel: 'message-batch.cancel.v1',
  messageBatchDelete: 'message-batch.delete.v1',
  messageBatchResultsRead: 'message-batch-results.read.v1',
  responsePut: 'response.put.v1',
  responseRead: 'response.read.v1',
  responseCancel: 'response.cancel.v1',
  responseDelete: 'response.delete.v1',
  responseInputList: 'response-input.list.v1',
  responseContextRead: 'response-context.read.v1',
  webhookEndpointCreate: 'webhook-endpoint.create.v1',
  webhookEndpointRead: 'webhook-endpoint.read.v1',
  webhookEndpointList: 'webhook-endpoint.list.v1',
  webhookEndpointUpdate: 'webhook-endpoint.update.v1',
  webhookEndpointDelete: 'webhook-endpoint.delete.v1',
  webhookSecretRotate: 'webhook-secret.rotate.v1',
  webhookTest: 'webhook.test.v1',
  webhookDeliveryList: 'webhook-delivery.list.v1',
  webhookDeliveryRead: 'webhook-delivery.read.v1',
  webhookDeliveryReplay: 'webhook-delivery.replay.v1',
  webhookReplay: 'webhook.replay.v1',
  queueList: 'queue.list.v1',
  queuePause: 'queue.pause.v1',
  queueResume: 'queue.resume.v1',
  /** ingress → jobs: batches at providers, for operators. */
  nativeBatchList: 'native-batch.list.v1',
  /** jobs → worker: batches at providers. */
  nativeBatchSubmit: 'native-batch.submit.v1',
  nativeBatchFind: 'native-batch.find.v1',
  nativeBatchRead: 'native-batch.read.v1',
  nativeBatchCollect: 'native-batch.collect.v1',
  nativeBatchDiscard: 'native-batch.discard.v1',
  /** worker → jobs */
  openRequestList: 'open-request.list.v1',
  /** worker → ingress: texts of durable work that a model of moderation is to judge. */
  textsModerate: 'texts.moderate.v1',
  /** ingress → router */
  routeExplain: 'route.explain.v1',
  /** ingress → control */
  policyReplay: 'policy.replay.v1',
  policyList: 'policy.list.v1',
  policyTry: 'policy.try.v1',
  policyPromote: 'policy.promote.v1',
  policyRollBack: 'policy.roll-back.v1',
  resourceList: 'resource.list.v1',
  resourceRead: 'resource.read.v1',
  resourceChange: 'resource.change.v1',
  configurationApply: 'configuration.apply.v1',
  configurationExport: 'configuration.export.v1',
  keyIssue: 'key.issue.v1',
  keyUpdate: 'key.update.v1',
  keyRotate: 'key.rotate.v1',
  keyRevoke: 'key.revoke.v1',
  keyRead: 'key.read.v1',
  keyList: 'key.list.v1',
  keyFind: 'key.find.v1',
  /** ingress → control: when keys were used last. Core NATS, nobody answers. */
  keyUsed: 'key.used.v1',
  /** ingress → control: messages that no consumer could digest. */
  deadLetterList: 'dead-letter.list.v1',
  deadLetterRead: 'dead-letter.read.v1',
  deadLetterRedrive: 'dead-letter.redrive.v1',
  deadLetterDiscard: 'dead-letter.discard.v1',
  /** ingress → control: people who sign in. */
  signIn: 'sign-in.try.v1',
  sessionCheck: 'session.check.v1',
  callersRenew: 'callers.renew.v1',
  sessionList: 'session.list.v1',
  sessionEnd: 'session.end.v1',
  passwordChange: 'password.change.v1',
  invitationIssue: 'invitation.issue.v1',
  invitationAccept: 'invitation.accept.v1',
  issuerList: 'issuer.list.v1',
  oidcStart: 'oidc.start.v1',
  oidcFinish: 'oidc.finish.v1',
  personList: 'person.list.v1',
  personRead: 'person.read.v1',
  personUpdate: 'person.update.v1',
  /** control → audit */
  decidedRequestList: 'decided-request.list.v1',
  /** ingress → audit */
  feedbackPut: 'feedback.put.v1',
  feedbackList: 'feedback.list.v1',
  /** ingress → billing */
  chargeRead: 'charge.read.v1',
  usageReport: 'usage.report.v1',
  costReport: 'cost.report.v1',
  invoiceRead: 'invoice.read.v1',
  reconciliationRun: 'reconciliation.run.v1',
  budgetList: 'budget.list.v1',
  budgetGrant: 'budget.grant.v1',
  ledgerVerify: 'ledger.verify.v1',
  /** ingress → billing: a slice of a budget, and what is left of one. */
  budgetLease: 'budget.lease.v1',
  budgetReturn: 'budget.return.v1',
  /** jobs → billing: money for requests of the durable lane. */
  holdPlace: 'hold.place.v1',
  /** billing → every process that holds leases: give back what you do not use. Core NATS. */
  budgetRecalled: 'budget.recalled.v1',
  /** one process that holds leases of rate limits → every other: give back what you do not use. Core NATS. */
  limitRecalled: 'limit.recalled.v1',
  /** ingress → audit */
  requestRead: 'request.read.v1',
  auditEventList: 'audit-event.list.v1',
  auditInclusionProve: 'audit-inclusion.prove.v1',
  auditConsistencyProve: 'audit-consistency.prove.v1',
  auditCheckpointList: 'audit-checkpoint.list.v1',
  auditKeyList: 'audit-key.list.v1',
  auditKeyRotate: 'audit-key.rotate.v1',
  auditHoldList: 'audit-hold.list.v1',
  auditHoldPut: 'audit-hold.put.v1',
  auditPayloadRead: 'audit-payload.read.v1',
  auditSubjectErase: 'audit-subject.erase.v1',
  auditExportBegin: 'audit-export.begin.v1',
  auditReportRead: 'audit-report.read.v1',
  auditLogRead: 'audit-log.read.v1',
  /** audit → the trail's consumers: an entry, its bytes as they are hashed. Stream AUDIT. */
  auditRecorded: (organization: string) => `audit.recorded.v1.${organization}`,
  /** audit → whoever keeps them: signed checkpoints of an organisation's log. Stream CHECKPOINTS. */
  auditCheckpointed: (organization: string) => `audit.checkpointed.v1.${organization}`,
} as const;

const endedPatterns = (lane: string): readonly string[] => [
  ...['completed', 'failed', 'cancelled', 'expired'].map((outcome) => `request.${outcome}.v1.*.${lane}`),
  `requests.ended.v1.*.${lane}`,
];

/** Wildcards for subscriptions, the counterparts of `Subject`. */
export const SubjectPattern = {
  requestAcceptedDurable: 'request.accepted.v1.durable.>',
  callAssignedInteractive: 'call.assigned.v1.interactive.*',
  callAssignedDurable: 'call.assigned.v1.durable.>',
  replies: (ingress: string) => `reply.${ingress}.*`,
  callCancelled: 'call.cancelled.v1.*',
  batchCallsCancelled: 'calls.cancelled.v1.*',
  answerStreamed: 'answer.streamed.v1.>',
  requestEnded: endedPatterns('*'),
  requestEndedDurable: endedPatterns('durable'),
  notificationRaised: 'notification.raised.v1.*',
  auditNoted: 'audit.noted.v1.*',
  payloadLost: 'payload.lost.v1.*',
  payloadCaptured: 'payload.captured.v1.*',
  auditRecorded: 'audit.recorded.v1.*',
  auditCheckpointed: 'audit.checkpointed.v1.*',
  deadLetters: 'message.buried.v1.>',
} as const;
