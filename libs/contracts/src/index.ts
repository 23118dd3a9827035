export { slug, requestId, epochMilliseconds, nanoUsd } from './identifiers.js';
export { MessageHeader, StreamHeader, DeadLetterHeader } from './headers.js';
export { Subject, SubjectPattern } from './subjects.js';
export { Stream, Consumer, Bucket, QueueGroup } from './topology.js';
export type { StreamDefinition, ConsumerDefinition } from './topology.js';
export { MessageAccess } from './access/service-access.js';
export type { BucketName, ServiceAccess, SubjectName } from './access/service-access.js';
export { bucketStream, inboxPrefixOf, patternsOf, streamsNeededBy } from './access/access-patterns.js';
export { factsSchema, jobReference, OPERATIONS } from './routing/facts.js';
export type { Facts, Operation, PlanBounds, JobReference, LineReference, ByteSpan } from './routing/facts.js';
export { holdSchema } from './routing/hold.js';
export type { Hold } from './routing/hold.js';
export { TASKS } from './routing/task.js';
export type { Task } from './routing/task.js';
export { unsupportedPolicy, timeoutsSchema, targetSchema, decisionSchema, routingSlipSchema } from './routing/plan.js';
export type { UnsupportedPolicy, Timeouts, Target, Candidate, Decision, RoutingSlip } from './routing/plan.js';
export { executionPolicySchema, failureRule } from './routing/execution-policy.js';
export type { ExecutionPolicy, FailureRule, RetryRule } from './routing/execution-policy.js';
export { readFacts, readSlip } from './routing/read-headers.js';
export { recordedFactsOf, recordedFactsSchema } from './routing/recorded-facts.js';
export type { RecordedFacts } from './routing/recorded-facts.js';
export { wishesSchema } from './routing/wishes.js';
export type { StatisticBound, Wishes } from './routing/wishes.js';
export {
  accessSchema,
  autoPolicySchema,
  breakerSettingsSchema,
  dataPolicySchema,
  requirementsSchema,
  routingPolicySchema,
  stickyBy,
  targetQuotasSchema,
  timeWindowSchema,
} from './snapshot/routing-policy.js';
export type {
  Access,
  AutoPolicy,
  BreakerSettings,
  Requirements,
  RoutingPolicy,
  RoutingRule,
  StickyBy,
  Strategy,
  TargetQuotas,
  TimeWindow,
} from './snapshot/routing-policy.js';
export {
  BUILT_IN_CLASSES,
  classesNamed,
  DATA_CLASSES,
  dataClass,
  dataClassOrGroup,
  guardAction,
  guardEntrySchema,
  guardSide,
  privacyEntrySchema,
} from './snapshot/guard-policy.js';
export type {
  DataClass,
  DataRequirements,
  GuardAction,
  GuardEntry,
  GuardSide,
  PrivacyEntry,
} from './snapshot/guard-policy.js';
export { guardVerdictSchema } from './routing/guard-verdict.js';
export type { GuardVerdict } from './routing/guard-verdict.js';
export { breakerRecordSchema, workerReportSchema } from './health/target-report.js';
export type {
  BreakerRecord,
  Quantiles,
  TargetAllowance,
  TargetReport,
  TargetState,
  WorkerReport,
} from './health/target-report.js';
export {
  decidedRequestListSchema,
  decidedRequestPageSchema,
  policyChangeReplySchema,
  policyListReplySchema,
  policyListSchema,
  policyPromoteSchema,
  policyReplayReplySchema,
  policyReplaySchema,
  policyRollBackSchema,
  policyTrySchema,
  routeExplainReplySchema,
  routeExplainSchema,
} from './queries/routes.js';
export type {
  DecidedRequest,
  DecidedRequestList,
  DecidedRequestPage,
  PolicyChangeReply,
  PolicyList,
  PolicyListReply,
  PolicyPromote,
  PolicyReplay,
  PolicyReplayReply,
  PolicyRollBack,
  PolicyTry,
  PolicyVersion,
  RouteExplain,
  RouteExplainReply,
} from './queries/routes.js';
export { priceSchema } from './snapshot/price.js';
export type { Price, PriceTier } from './snapshot/price.js';
export { ABILITIES, MODALITIES, modelLimitsSchema } from './snapshot/model-limits.js';
export type { Ability, Modality, ModelLimits } from './snapshot/model-limits.js';
export { snapshotSchema, modelEntrySchema, keyEntrySchema } from './snapshot/snapshot.js';
export type { Snapshot, ProviderEntry, ModelEntry, TargetEntry, KeyEntry } from './snapshot/snapshot.js';
export { providerOptions, openaiOptionsSchema, simOptionsSchema } from './snapshot/provider-options.js';
export type {
  ProviderKind,
  OpenaiOptions,
  SimOptions,
  AzureOptions,
  BedrockOptions,
} from './snapshot/provider-options.js';
export { COST_GROUPS, costReportReplySchema, costReportSchema, MOST_COST_ROWS } from './queries/costs.js';
export type { CostReport, CostReportReply, CostRow } from './queries/costs.js';
export { invoiceReadReplySchema, invoiceReadSchema } from './queries/invoices.js';
export type { Invoice, InvoiceRead, InvoiceReadReply } from './queries/invoices.js';
export { MOST_EXPORT_ROWS, reconciliationReplySchema, reconciliationRunSchema } from './queries/reconciliations.js';
export type { ExportRow, Reconciled, ReconciliationReply, ReconciliationRun } from './queries/reconciliations.js';
export { usageSchema } from './events/usage.js';
export type { Usage } from './events/usage.js';
export { attemptSchema, errorClass } from './events/attempt.js';
export type { Attempt, ErrorClass } from './events/attempt.js';
export {
  decodeRequestsEnded,
  decodeSentRequestsEnded,
  encodeRequestEnded,
  encodeRequestsEnded,
} from './events/request-ended.message.js';
export { decodeRequestBundle, encodeRequestBundle, encodeRequestBundles } from './bundles/request-bundle.js';
export type { BundledRequest, EncodedBundle } from './bundles/request-bundle.js';
export type { SentRequestEnded } from './events/request-ended.message.js';
export { eventFacts } from './events/event-facts.js';
export { requestEndedSchema, requestOutcome, requestEndedSubject } from './events/request-ended.event.js';
export type { RequestEnded } from './events/request-ended.event.js';
export { FrameKind, answerHeadSchema } from './events/reply-frame.js';
export type { AnswerHead } from './events/reply-frame.js';
export { idempotencyEntrySchema } from './cache/idempotency-entry.js';
export type { IdempotencyEntry } from './cache/idempotency-entry.js';
export { keptAnswerSchema } from './cache/kept-answer.js';
export type { KeptAnswer } from './cache/kept-answer.js';
export {
  callerSchema,
  callersRenewedSchema,
  callersRenewSchema,
  DEFAULT_KEY_SCOPES,
  KEY_SCOPES,
  keyScope,
  replyErrorSchema,
  role,
  roleGrantSchema,
  ROLES,
} from './queries/caller.js';
export type { Caller, CallersRenew, CallersRenewed, KeyScope, ReplyError, Role, RoleGrant } from './queries/caller.js';
export {
  budgetGrantReplySchema,
  budgetGrantSchema,
  budgetLeaseReplySchema,
  budgetLeaseSchema,
  budgetListReplySchema,
  budgetListSchema,
  budgetRecalledSchema,
  budgetReturnReplySchema,
  budgetReturnSchema,
  holdPlaceReplySchema,
  holdPlaceSchema,
  ledgerVerifyReplySchema,
  ledgerVerifySchema,
} from './queries/budgets.js';
export type {
  BudgetGrant,
  BudgetGrantReply,
  BudgetLease,
  BudgetLeaseReply,
  BudgetList,
  BudgetListReply,
  BudgetRecord,
  BudgetReturn,
  BudgetState,
  HoldPlace,
  HoldPlaceReply,
  LeaseReturn,
  LedgerVerify,
  LedgerVerifyReply,
} from './queries/budgets.js';
export { BUDGET_PERIODS, budgetEntrySchema, markupEntrySchema } from './snapshot/budget.js';
export type { BudgetEntry, BudgetPeriod, BudgetScope, MarkupEntry } from './snapshot/budget.js';
export {
  fileObjectSchema,
  fileCreateSchema,
  fileReadSchema,
  fileDeletedSchema,
  fileLocationSchema,
  fileListSchema,
  filePageSchema,
} from './queries/files.js';
export type {
  FileObject,
  FileCreate,
  FileRead,
  FileLocation,
  FileDeleted,
  FileList,
  FilePage,
} from './queries/files.js';
export { hasBatchApi, nativeBatchPolicySchema } from './snapshot/batch-api.js';
export type { NativeBatchPolicy } from './snapshot/batch-api.js';
export {
  MOST_NATIVE_LINES,
  nativeBatchCollectedSchema,
  nativeBatchCollectSchema,
  nativeBatchDiscardedSchema,
  nativeBatchDiscardSchema,
  nativeBatchFindSchema,
  nativeBatchFoundSchema,
  nativeBatchReadSchema,
  nativeBatchStateSchema,
  nativeBatchSubmitSchema,
  nativeBatchSubmittedSchema,
} from './queries/native-batches.js';
export {
  MOST_LISTED_NATIVE_BATCHES,
  nativeBatchListSchema,
  nativeBatchPageSchema,
} from './queries/native-batch-list.js';
export type { NativeBatchList, NativeBatchObject, NativeBatchPage } from './queries/native-batch-list.js';
export type {
  NativeBatchCollect,
  NativeBatchCollected,
  NativeBatchDiscard,
  NativeBatchFind,
  NativeBatchFound,
  NativeBatchRead,
  NativeBatchState,
  NativeBatchSubmit,
  NativeBatchSubmitted,
} from './queries/native-batches.js';
export {
  batchObjectSchema,
  batchCreateSchema,
  batchReadSchema,
  batchListSchema,
  batchPageSchema,
  COMPLETION_WINDOWS,
} from './queries/batches.js';
export type { BatchStatus, BatchObject, BatchCreate, BatchRead, BatchList, BatchPage } from './queries/batches.js';
export {
  jobCreateSchema,
  jobDeletedSchema,
  jobListSchema,
  jobObjectSchema,
  jobPageSchema,
  jobReadSchema,
  jobResultSchema,
  jobStartedSchema,
  jobStreamReadSchema,
  jobStreamSchema,
  jobStatus,
} from './queries/jobs.js';
export type {
  CarriedBytes,
  JobCreate,
  JobDeleted,
  JobList,
  JobObject,
  JobPage,
  JobRead,
  JobResult,
  JobStarted,
  JobStream,
  JobStreamRead,
  JobStatus,
} from './queries/jobs.js';
export { carriedDocumentSchema } from './queries/carried-document.js';
export type { CarriedDocument } from './queries/carried-document.js';
export {
  responseContextSchema,
  responseContextReadSchema,
  responseDeletedSchema,
  responseInputListSchema,
  responsePutSchema,
  responsePutReplySchema,
  responseReadSchema,
  storedResponseSchema,
} from './queries/responses.js';
export type {
  ResponseContext,
  ResponseContextRead,
  ResponseDeleted,
  ResponseInputList,
  ResponseInputPage,
  ResponseKeeping,
  ResponsePut,
  ResponsePutReply,
  ResponseRead,
  StoredResponse,
} from './queries/responses.js';
export {
  recordReadSchema,
  chargeReadReplySchema,
  USAGE_FILTERS,
  USAGE_GROUPS,
  usageReportSchema,
  usageReportReplySchema,
  requestReadReplySchema,
  auditEventListSchema,
  auditEventPageSchema,
} from './queries/records.js';
export type {
  RecordRead,
  ChargeRecord,
  UsageReport,
  UsageReportReply,
  AuditEntry,
  AuditNoteEntry,
  RequestReadReply,
  AuditEventList,
  AuditEventPage,
} from './queries/records.js';
export {
  feedbackListSchema,
  feedbackPageSchema,
  feedbackPutReplySchema,
  feedbackPutSchema,
} from './queries/feedback.js';
export type { Feedback, FeedbackList, FeedbackPage, FeedbackPut, JudgedRequest } from './queries/feedback.js';
export { healthSchema, serviceNames } from './queries/health.js';
export type { Health, ServiceName } from './queries/health.js';
export {
  notificationRaisedSchema,
  webhookEventSchema,
  webhookEventType,
  WEBHOOK_EVENT_TYPES,
} from './events/webhook-event.js';
export type { NotificationRaised, WebhookEvent } from './events/webhook-event.js';
export {
  webhookEndpointFields,
  webhookEndpointObjectSchema,
  webhookEndpointWithSecretSchema,
  webhookEndpointPageSchema,
  webhookEndpointCreateSchema,
  webhookEndpointUpdateSchema,
  webhookEndpointReadSchema,
  webhookEndpointListSchema,
  webhookEndpointDeletedSchema,
  webhookSecretRotateSchema,
  webhookTestSchema,
  webhookDeliveryObjectSchema,
  webhookDeliveryPageSchema,
  webhookDeliveryListSchema,
  webhookDeliveryReadSchema,
  webhookReplaySchema,
  webhookReplayedSchema,
} from './queries/webhooks.js';
export type {
  WebhookEndpointObject,
  WebhookEndpointWithSecret,
  WebhookEndpointPage,
  WebhookEndpointCreate,
  WebhookEndpointUpdate,
  WebhookEndpointRead,
  WebhookEndpointList,
  WebhookEndpointDeleted,
  WebhookSecretRotate,
  WebhookTest,
  WebhookAttemptObject,
  WebhookDeliveryObject,
  WebhookDeliveryPage,
  WebhookDeliveryList,
  WebhookDeliveryRead,
  WebhookReplay,
  WebhookReplayed,
} from './queries/webhooks.js';
export {
  messageBatchCreateSchema,
  messageBatchDeletedSchema,
  messageBatchListSchema,
  messageBatchObjectSchema,
  messageBatchPageSchema,
  messageBatchReadSchema,
  messageBatchResultsSchema,
} from './queries/message-batches.js';
export type {
  MessageBatchCreate,
  MessageBatchDeleted,
  MessageBatchList,
  MessageBatchObject,
  MessageBatchPage,
  MessageBatchRead,
  MessageBatchResults,
} from './queries/message-batches.js';
export {
  pauseScope,
  queueListSchema,
  queuePauseCreateSchema,
  queuePauseSchema,
  queueResumeSchema,
  queuesSchema,
} from './queries/queues.js';
export type {
  PauseScope,
  Queue,
  QueueHold,
  QueuePause,
  QueuePauseCreate,
  QueueResume,
  Queues,
} from './queries/queues.js';
export { moderationJudgementSchema, textsModerateSchema } from './queries/texts-moderate.js';
export type { TextsModerate } from './queries/texts-moderate.js';
export { openRequestListSchema, openRequestsSchema } from './queries/open-requests.js';
export type { OpenRequestList, OpenRequests } from './queries/open-requests.js';
export {
  issuedKeySchema,
  keyBoundsFields,
  keyCreateFields,
  keyFindSchema,
  keyIssueSchema,
  keyListSchema,
  keyObjectSchema,
  keyPageSchema,
  keyReadSchema,
  keyRevokedSchema,
  keyRotateFields,
  MOST_OVERLAP_SECONDS,
  keyRotateSchema,
  keyTime,
  keyUpdateFields,
  keyUpdateSchema,
  keyUsedSchema,
} from './admin/key-objects.js';
export type {
  IssuedKey,
  KeyCreateFields,
  KeyFind,
  KeyIssue,
  KeyList,
  KeyObject,
  KeyPage,
  KeyRead,
  KeyRevoked,
  KeyRotate,
  KeyUpdate,
  KeyUsed,
} from './admin/key-objects.js';
export { LIMIT_MEASURES, limitRecalledSchema, limitStateSchema } from './cache/limit-state.js';
export type { LimitMeasure, LimitState } from './cache/limit-state.js';
export {
  organizationEntrySchema,
  ownedLimitsSchema,
  PLAN_FEATURES,
  planEntrySchema,
  rateLimitShape,
} from './snapshot/plan-entry.js';
export type { OrganizationEntry, OwnedLimits, PlanEntry, PlanFeature, RateLimits } from './snapshot/plan-entry.js';
export {
  configurationApplyReplySchema,
  configurationApplySchema,
  configurationExportReplySchema,
  configurationExportSchema,
  RESOURCE_KINDS,
  resourceChangeReplySchema,
  resourceChangeSchema,
  resourceListSchema,
  resourcePageSchema,
  resourceReadSchema,
  resourceSchema,
} from './admin/resource-objects.js';
export type {
  ConfigurationApply,
  ConfigurationApplyReply,
  ConfigurationExport,
  ConfigurationExportReply,
  DocumentDifference,
  Resource,
  ResourceChange,
  ResourceChangeReply,
  ResourceKind,
  ResourceList,
  ResourcePage,
  ResourceRead,
} from './admin/resource-objects.js';
export {
  PAYLOAD_KEEPING,
  payloadOrderSchema,
  payloadRuleSchema,
  retentionRuleSchema,
} from './snapshot/payload-rule.js';
export type { PayloadOrder, PayloadRule, RetentionRule } from './snapshot/payload-rule.js';
export {
  isPayloadOfSubject,
  MOST_PAYLOAD_PART_BYTES,
  payloadCapturedSchema,
  payloadPartName,
} from './events/payload-captured.event.js';
export type { PayloadCaptured } from './events/payload-captured.event.js';
export { payloadPartSchema, payloadReadSchema, subjectEraseSchema, subjectErasedSchema } from './queries/payloads.js';
export type { PayloadPart, PayloadRead, SubjectErase, SubjectErased } from './queries/payloads.js';
export { madeSchema } from './queries/made.js';
export type { Made } from './queries/made.js';
export {
  AUDIT_REPORTS,
  auditReportPageSchema,
  auditReportReadSchema,
  reportRowSchema,
} from './queries/audit-reports.js';
export { addUpUse } from './queries/report-sums.js';
export type { AuditReport, AuditReportPage, AuditReportRead, ReportRow } from './queries/audit-reports.js';
export {
  actorOf,
  auditNotedSchema,
  INSTALLATION_TRAIL,
  isNoteOfSubject,
  PAYLOAD_LOST,
  RequestNote,
} from './events/audit-noted.event.js';
export type { AuditNoted } from './events/audit-noted.event.js';
export { NOTED_DEEDS, NOTED_THINGS, type NoteType } from './events/note-type.js';
export {
  auditHoldListSchema,
  auditHoldPageSchema,
  auditHoldPutSchema,
  auditKeyListSchema,
  auditKeyPageSchema,
  auditKeyRotateSchema,
  checkpointListSchema,
  checkpointPageSchema,
  consistencyProofSchema,
  consistencyProveSchema,
  inclusionProofSchema,
  inclusionProveSchema,
  logExportBeginSchema,
  logExportBegunSchema,
  logReadReplySchema,
  logReadSchema,
} from './queries/audit-log.js';
export type {
  AuditHoldList,
  AuditHoldPage,
  AuditHoldPut,
  AuditKeyList,
  AuditKeyPage,
  AuditKeyRotate,
  CheckpointList,
  CheckpointPage,
  ConsistencyProof,
  ConsistencyProve,
  InclusionProof,
  InclusionProve,
  LogExportBegin,
  LogExportBegun,
  LogFilter,
  LogRead,
  LogReadReply,
} from './queries/audit-log.js';
export {
  deadLetterListSchema,
  deadLetterPageSchema,
  deadLetterReadSchema,
  deadLetterSchema,
  deadLetterStatus,
  deadLetterWithContentSchema,
} from './queries/dead-letters.js';
export type {
  DeadLetter,
  DeadLetterList,
  DeadLetterPage,
  DeadLetterRead,
  DeadLetterStatus,
  DeadLetterWithContent,
} from './queries/dead-letters.js';
export {
  invitationAcceptFields,
  invitationAcceptSchema,
  invitationFields,
  invitationIssueSchema,
  invitationSchema,
  issuerListSchema,
  oidcFinishSchema,
  oidcFinishedSchema,
  oidcStartSchema,
  oidcStartedSchema,
  openedSessionSchema,
  passwordChangeFields,
  passwordChangeSchema,
  personListSchema,
  personPageSchema,
  personReadSchema,
  personSchema,
  personUpdateFields,
  personUpdateSchema,
  sessionCheckSchema,
  sessionEndSchema,
  sessionListSchema,
  sessionStateSchema,
  sessionsEndedSchema,
  signInFields,
  signInSchema,
} from './admin/people.js';
export type {
  Invitation,
  InvitationAccept,
  InvitationIssue,
  IssuerList,
  OidcFinish,
  OidcFinished,
  OidcStart,
  OidcStarted,
  OpenedSession,
  PasswordChange,
  PersonList,
  PersonObject,
  PersonPage,
  PersonRead,
  PersonUpdate,
  SessionCheck,
  SessionEnd,
  SessionList,
  SessionObject,
  SessionState,
  SessionsEnded,
  SignIn,
  Visitor,
} from './admin/people.js';
export { DOCUMENT_FIELDS } from './admin/document-fields.js';
