import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { BlobStore, openBlobStore } from '#libs/blobs';
import { DurablePublisher } from '#libs/messaging';
import { maskText } from '#libs/guards';
import { PayloadKeeper } from '#libs/payloads';
import { PromptDifficulty, PromptFacts } from '#libs/prompt-facts';
import { Settings } from '#libs/runtime';
import { AcceptJobHandler } from './accept-job/accept-job.handler.js';
import { AnswerLaterHandler } from './accept-job/answer-later.handler.js';
import { AcceptRequestHandler } from './accept-request/accept-request.handler.js';
import { ModelCallsController } from './accept-request/model-calls.controller.js';
import { RerankController } from './accept-request/rerank.controller.js';
import { RequestFacts } from './accept-request/request-facts.js';
import { RequestIntake } from './accept-request/request-intake.js';
import { AdminKeysController } from './administer/admin-keys.controller.js';
import { CatalogueModelsController } from './administer/catalogue-models.controller.js';
import { ConfigurationController } from './administer/configuration.controller.js';
import { BudgetWarnings } from './administer/budget-warnings.js';
import { DocumentsDoor } from './administer/documents-door.js';
import { MembersController } from './administer/members.controller.js';
import { OrganizationAllowancesController } from './administer/organization-allowances.controller.js';
import { OrganizationsController } from './administer/organizations.controller.js';
import { PeopleController } from './administer/people.controller.js';
import { PlansController } from './administer/plans.controller.js';
import { PricesController } from './administer/prices.controller.js';
import { ProjectAllowancesController } from './administer/project-allowances.controller.js';
import { ProjectsController } from './administer/projects.controller.js';
import { ProvidersController } from './administer/providers.controller.js';
import { ServiceAccountsController } from './administer/service-accounts.controller.js';
import { AnswerFromCacheHandler } from './answer-from-cache/answer-from-cache.handler.js';
import { PendingCalls } from './answer-caller/pending-calls.js';
import { Authentication } from './authenticate/authentication.js';
import { PlanGate } from './authenticate/plan-gate.js';
import { CallerKeyGuard } from './authenticate/caller-key.guard.js';
import { KeyRing } from './authenticate/key-ring.js';
import { KeyUses } from './authenticate/key-uses.js';
import { Sessions } from './authenticate/sessions.js';
import { ApiController } from './describe-api/api.controller.js';
import { ExplainRouteController } from './explain-route/explain-route.controller.js';
import { ExplainRouteHandler } from './explain-route/explain-route.handler.js';
import { FollowResponseHandler } from './follow-stream/follow-response.handler.js';
import { FollowRequestHandler } from './follow-stream/follow-request.handler.js';
import { StreamFollowers } from './follow-stream/stream-followers.js';
import { StreamsController } from './follow-stream/streams.controller.js';
import { FeedbackController } from './give-feedback/feedback.controller.js';
import { GiveFeedbackHandler } from './give-feedback/give-feedback.handler.js';
import { GuardSecretsController } from './guard-traffic/guard-secrets.controller.js';
import { AnswerModerations } from './guard-traffic/answer-moderations.js';
import { AllGuardSources } from './guard-traffic/guard-sources.js';
import { GuardTrafficHandler } from './guard-traffic/guard-traffic.handler.js';
import { GuardsInForce } from './guard-traffic/guards-in-force.js';
import { ModerateTexts } from './guard-traffic/moderate-texts.js';
import { NoteVerdicts } from './guard-traffic/note-verdicts.js';
import { BudgetGate } from './hold-budget/budget-gate.js';
import { TrailGate } from './guard-trail/trail-gate.js';
import { HttpErrorFilter } from './http/http-error.filter.js';
import { LitellmKeysController } from './litellm/litellm-keys.controller.js';
import { LitellmQueueController } from './litellm/litellm-queue.controller.js';
import { LitellmSpendController } from './litellm/litellm-spend.controller.js';
import { LitellmStandings } from './litellm/litellm-standings.js';
import { LitellmTeamsController } from './litellm/litellm-teams.controller.js';
import { RateLimits } from './limit-rate/rate-limits.js';
import { ModelsController } from './list-models/models.controller.js';
import { BatchesController } from './manage-batches/batches.controller.js';
import { BudgetsController } from './manage-budgets/budgets.controller.js';
import { DeadLettersController } from './manage-dead-letters/dead-letters.controller.js';
import { FilesController } from './manage-files/files.controller.js';
import { ReceiveFileHandler } from './manage-files/receive-file.handler.js';
import { JobsController } from './manage-jobs/jobs.controller.js';
import { WriteJobResultHandler } from './manage-jobs/write-job-result.handler.js';
import { OpenAiWebhooksController } from './manage-webhooks/openai-webhooks.controller.js';
import { WebhooksController } from './manage-webhooks/webhooks.controller.js';
import { ListedBatchesController } from './manage-batches/listed-batches.controller.js';
import { MessageBatchesController } from './manage-message-batches/message-batches.controller.js';
import { RequestListHandler } from './receive-requests/request-list.handler.js';
import { NativeBatchesController } from './manage-native-batches/native-batches.controller.js';
import { QueuesController } from './manage-queues/queues.controller.js';
import { PoliciesController } from './manage-policies/policies.controller.js';
import { AcceptBackgroundHandler } from './manage-responses/accept-background.handler.js';
import { ContinueConversationHandler } from './manage-responses/continue-conversation.handler.js';
import { CreateResponseHandler } from './manage-responses/create-response.handler.js';
import { ResponseKeeper } from './manage-responses/response-keeper.js';
import { ResponsesController } from './manage-responses/responses.controller.js';
import { ReadRequestHandler } from './read-records/read-request.handler.js';
import { InvoicesController } from './draw-invoice/invoices.controller.js';
import { CostsController } from './read-costs/costs.controller.js';
import { ReconciliationsController } from './reconcile-costs/reconciliations.controller.js';
import { RecordsController } from './read-records/records.controller.js';
import { IdempotentRequests } from './repeat-request/idempotent-requests.js';
import { RepeatTimes } from './repeat-request/repeat-times.js';
import { ExportTrailHandler } from './read-trail/export-trail.handler.js';
import { TrailTally } from './note-refusals/trail-tally.js';
import { TailTrailHandler } from './read-trail/tail-trail.handler.js';
import { PayloadsController } from './read-trail/payloads.controller.js';
import { TrailAdminController } from './read-trail/trail-admin.controller.js';
import { ReportTrailController } from './read-trail/report-trail.controller.js';
import { TrailController } from './read-trail/trail.controller.js';
import { AskStackHandler } from './report-health/ask-stack.handler.js';
import { HealthController } from './report-health/health.controller.js';
import { AuthReply } from './sign-in/auth-reply.js';
import { OidcController } from './sign-in/oidc.controller.js';
import { PagesController } from './sign-in/pages.controller.js';
import { SessionController } from './sign-in/session.controller.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SignOutController } from './sign-in/sign-out.controller.js';

@Module({
  controllers: [
    ModelCallsController,
    ResponsesController,
    RerankController,
    ModelsController,
    FilesController,
    BatchesController,
    JobsController,
    WebhooksController,
    DeadLettersController,
    OpenAiWebhooksController,
    MessageBatchesController,
    ListedBatchesController,
    StreamsController,
    RecordsController,
    CostsController,
    InvoicesController,
    ReconciliationsController,
    BudgetsController,
    TrailController,
    ReportTrailController,
    TrailAdminController,
    PayloadsController,
    PoliciesController,
    QueuesController,
    GuardSecretsController,
    NativeBatchesController,
    ExplainRouteController,
    FeedbackController,
    HealthController,
    AdminKeysController,
    CatalogueModelsController,
    ConfigurationController,
    LitellmKeysController,
    LitellmQueueController,
    LitellmSpendController,
    LitellmTeamsController,
    ApiController,
    MembersController,
    OrganizationAllowancesController,
    OrganizationsController,
    PlansController,
    PricesController,
    ProjectAllowancesController,
    ProjectsController,
    ProvidersController,
    ServiceAccountsController,
    PeopleController,
    SignInController,
    SignOutController,
    OidcController,
    SessionController,
    PagesController,
  ],
  providers: [
    KeyRing,
    KeyUses,
    TrailTally,
    DocumentsDoor,
    BudgetWarnings,
    LitellmStandings,
    Sessions,
    Authentication,
    PlanGate,
    AuthReply,
    AcceptJobHandler,
    AcceptRequestHandler,
    AcceptBackgroundHandler,
    AnswerLaterHandler,
    FollowRequestHandler,
    FollowResponseHandler,
    StreamFollowers,
    WriteJobResultHandler,
    AnswerFromCacheHandler,
    BudgetGate,
    RateLimits,
    RequestIntake,
    TrailGate,
    PromptDifficulty,
    PromptFacts,
    RequestFacts,
    ExplainRouteHandler,
    GiveFeedbackHandler,
    GuardsInForce,
    GuardTrafficHandler,
    AllGuardSources,
    ModerateTexts,
    AnswerModerations,
    NoteVerdicts,
    PendingCalls,
    ReceiveFileHandler,
    RequestListHandler,
    ContinueConversationHandler,
    CreateResponseHandler,
    ResponseKeeper,
    ReadRequestHandler,
    ExportTrailHandler,
    TailTrailHandler,
    AskStackHandler,
    IdempotentRequests,
    { provide: RepeatTimes, useValue: new RepeatTimes() },
    { provide: APP_GUARD, useClass: CallerKeyGuard },
    { provide: APP_FILTER, useClass: HttpErrorFilter },
    {
      provide: PayloadKeeper,
      useFactory: (publisher: DurablePublisher, { secretKey }: Settings) =>
        new PayloadKeeper(publisher, secretKey, maskText),
      inject: [DurablePublisher, Settings],
    },
    {
      provide: BlobStore,
      useFactory: (settings: Settings) => openBlobStore(settings),
      inject: [Settings],
    },
  ],
})
export class IngressModule {}
