import { Module } from '@nestjs/common';
import { BlobStore, openBlobStore } from '#libs/blobs';
import { Stream } from '#libs/contracts';
import { PromptDifficulty, PromptFacts } from '#libs/prompt-facts';
import { Settings } from '#libs/runtime';
import { StorageModule } from '#libs/storage';
import { AdvanceBatchHandler } from './advance-batches/advance-batch.handler.js';
import { AdvanceBatchesRunner } from './advance-batches/advance-batches.runner.js';
import { BatchLeaseRepository } from './advance-batches/batch-lease.repository.js';
import { BatchNudge } from './advance-batches/batch-nudge.js';
import { AnswerBatchesController } from './answer-batches/answer-batches.controller.js';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { AnswerJobsController } from './answer-jobs/answer-jobs.controller.js';
import { JobPlaces } from './answer-jobs/job-places.js';
import { AnswerJobsHandler } from './answer-jobs/answer-jobs.handler.js';
import { AnswerResponsesController } from './answer-responses/answer-responses.controller.js';
import { AnswerResponsesHandler } from './answer-responses/answer-responses.handler.js';
import { CancelBatchController } from './cancel-batch/cancel-batch.controller.js';
import { TellWorkersOfBatchesRunner } from './cancel-batch/tell-workers-of-batches.runner.js';
import { CancelBatchHandler } from './cancel-batch/cancel-batch.handler.js';
import { CancelJobController } from './cancel-job/cancel-job.controller.js';
import { CancelJobHandler } from './cancel-job/cancel-job.handler.js';
import { CancelJobRepository } from './cancel-job/cancel-job.repository.js';
import { TellWorkersRunner } from './cancel-job/tell-workers.runner.js';
import { CancelResponseController } from './cancel-response/cancel-response.controller.js';
import { CancelResponseHandler } from './cancel-response/cancel-response.handler.js';
import { CreateBatchController } from './create-batch/create-batch.controller.js';
import { CreateBatchHandler } from './create-batch/create-batch.handler.js';
import { DropBatchesHandler } from './drop-batches/drop-batches.handler.js';
import { DropBatchesRepository } from './drop-batches/drop-batches.repository.js';
import { DropBatchesRunner } from './drop-batches/drop-batches.runner.js';
import { DropFilesHandler } from './drop-files/drop-files.handler.js';
import { DropFilesRunner } from './drop-files/drop-files.runner.js';
import { DroppedFilesRepository } from './drop-files/dropped-files.repository.js';
import { CreateJobController } from './create-job/create-job.controller.js';
import { CreateJobHandler } from './create-job/create-job.handler.js';
import { JobCountRepository } from './create-job/job-count.repository.js';
import { DispatchJobsHandler } from './dispatch-jobs/dispatch-jobs.handler.js';
import { DispatchJobsRunner } from './dispatch-jobs/dispatch-jobs.runner.js';
import { JobsSource } from './dispatch-jobs/jobs.source.js';
import { DispatchRepository } from './dispatch-jobs/dispatch.repository.js';
import { JobPublisher } from './dispatch-jobs/job-publisher.js';
import { EndUnpublishedHandler } from './end-job/end-unpublished.handler.js';
import { EndingRepository } from './end-job/ending.repository.js';
import { DropJobsRepository } from './expire-jobs/drop-jobs.repository.js';
import { CapRetentionRepository } from './cap-retention/cap-retention.repository.js';
import { CapRetentionRunner } from './cap-retention/cap-retention.runner.js';
import { DropJobsRunner } from './expire-jobs/drop-jobs.runner.js';
import { AnswerQueuesController } from './answer-queues/answer-queues.controller.js';
import { AnswerQueuesHandler } from './answer-queues/answer-queues.handler.js';
import { NotePauses } from './answer-queues/note-pauses.js';
import { QueueView } from './answer-queues/queue-view.js';
import { ProjectShares } from './dispatch-work/project-shares.js';
import { QueueSpeedRepository } from './dispatch-work/queue-speed.repository.js';
import { QueueNudge } from './dispatch-work/queue-nudge.js';
import { DispatchWorkHandler } from './dispatch-work/dispatch-work.handler.js';
import { DispatchWorkRunner } from './dispatch-work/dispatch-work.runner.js';
import { DispatcherLeaseRepository } from './dispatch-work/dispatcher-lease.repository.js';
import { ModelTargets } from './dispatch-work/model-targets.js';
import { PauseEffects } from './dispatch-work/pause-effects.js';
import { PauseRepository } from './dispatch-work/pause.repository.js';
import { WorkSources } from './dispatch-work/work-source.js';
import { FinalizeBatchHandler } from './finalize-batch/finalize-batch.handler.js';
import { ResultPagesRepository } from './finalize-batch/result-pages.repository.js';
import { SettlementRepository } from './finalize-batch/settlement.repository.js';
import { DurableHolds } from './hold-money/durable-holds.js';
import { JobLimits, jobLimitsOf } from './job-limits.js';
import { BatchRepository } from './keep-batch/batch.repository.js';
import { BackgroundResponseRepository } from './keep-background/background-response.repository.js';
import { KeepBackgroundHandler } from './keep-background/keep-background.handler.js';
import { JobBlobs } from './keep-job/job-blobs.js';
import { JobRepository } from './keep-job/job.repository.js';
import { MessageBatchesController } from './keep-message-batch/message-batches.controller.js';
import { MessageBatchesHandler } from './keep-message-batch/message-batches.handler.js';
import { MessageBatchRepository } from './keep-message-batch/message-batch.repository.js';
import { CreateFilesAndBatches1763800000000 } from './migrations/1763800000000-create-files-and-batches.js';
import { CreateResponses1763900000000 } from './migrations/1763900000000-create-responses.js';
import { CountResponseBytes1764000000000 } from './migrations/1764000000000-count-response-bytes.js';
import { CreateWebhooks1764110000000 } from './migrations/1764110000000-create-webhooks.js';
import { DropFiles1764121000000 } from './migrations/1764121000000-drop-files.js';
import { CreateNativeBatches1764700000000 } from './migrations/1764700000000-create-native-batches.js';
import { NoteProvidersCalled1765200000000 } from './migrations/1765200000000-note-providers-called.js';
import { ShowRowsToTenants1764800000000 } from './migrations/1764800000000-show-rows-to-tenants.js';
import { AdvanceNativeHandler } from './native-batches/advance-native.handler.js';
import { AdvanceNativeRunner } from './native-batches/advance-native.runner.js';
import { NativeBatchRepository } from './native-batches/native-batch.repository.js';
import { ListNativeController } from './native-batches/list-native.controller.js';
import { MeasureNativeRunner } from './native-batches/measure-native.runner.js';
import { NativeViewRepository } from './native-batches/native-view.repository.js';
import { NativeLinesSource } from './native-batches/native-lines.source.js';
import { NativeRoutes } from './native-batches/native-routes.js';
import { PlanNativeHandler } from './native-batches/plan-native.handler.js';
import { ProviderBatches } from './native-batches/provider-batches.js';
import { ReturnedLinesRepository } from './native-batches/returned-lines.repository.js';
import { CreateJobs1764500000000 } from './migrations/1764500000000-create-jobs.js';
import { ScheduleWork1764100000000 } from './migrations/1764100000000-schedule-work.js';
import { BatchLinesSource } from './publish-lines/batch-lines.source.js';
import { ListOpenRequestsController } from './list-open-requests/list-open-requests.controller.js';
import { OpenRequestsRepository } from './list-open-requests/open-requests.repository.js';
import { LineFacts } from './publish-lines/line-facts.js';
import { LinePublisher } from './publish-lines/line-publisher.js';
import { OpenInputFiles } from './publish-lines/open-input-files.js';
import { PublicationRepository } from './publish-lines/publication.repository.js';
import { PublishReturnedHandler } from './publish-lines/publish-returned.handler.js';
import { PublishLinesHandler } from './publish-lines/publish-lines.handler.js';
import { RecordUnfinishedHandler } from './record-unfinished/record-unfinished.handler.js';
import { FileRepository } from './store-file/file.repository.js';
import { StoreFileController } from './store-file/store-file.controller.js';
import { StoreFileHandler } from './store-file/store-file.handler.js';
import { DropOldResponsesRunner } from './store-response/drop-old-responses.runner.js';
import { ResponseRepository } from './store-response/response.repository.js';
import { StoreResponseController } from './store-response/store-response.controller.js';
import { StoreResponseHandler } from './store-response/store-response.handler.js';
import { TrimResponsesRunner } from './store-response/trim-responses.runner.js';
import { JobResultRepository } from './store-job-results/job-result.repository.js';
import { StoreJobResultsHandler } from './store-job-results/store-job-results.handler.js';
import { LargeAnswers } from './store-results/large-answers.js';
import { UncalledBodies } from './store-results/uncalled-bodies.js';
import { LineResultRepository } from './store-results/line-result.repository.js';
import { SettledBooks } from './store-results/settled-books.js';
import { StoreResultsConsumer } from './store-results/store-results.consumer.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';
import { SweepLinesHandler } from './sweep-lines/sweep-lines.handler.js';
import { SweepLinesRunner } from './sweep-lines/sweep-lines.runner.js';
import { SweepRepository } from './sweep-lines/sweep.repository.js';
import { BatchLineRepository } from './validate-batch/batch-line.repository.js';
import { ValidateBatchHandler } from './validate-batch/validate-batch.handler.js';
import { DropOldKeysRunner } from './keep-keys/drop-old-keys.runner.js';
import { IdempotencyKeyRepository } from './keep-keys/idempotency-key.repository.js';
import { CreateIdempotencyKeys1764600000000 } from './migrations/1764600000000-create-idempotency-keys.js';
import { DurableLimits } from './limit-rate/durable-limits.js';
import { LikelyRoutes } from './limit-rate/likely-routes.js';
import { EndedRequestsRepository } from './limit-rate/ended-requests.repository.js';
import { WorkRestRepository } from './dispatch-work/work-rest.repository.js';
import { RestWork1764900000000 } from './migrations/1764900000000-rest-work.js';
import { LetWebhooksHearOfTheTrail1765100000000 } from './migrations/1765100000000-let-webhooks-hear-of-the-trail.js';
import { NameMakersOfWebhooks1765300000000 } from './migrations/1765300000000-name-makers-of-webhooks.js';
import { DropBatches1765000000000 } from './migrations/1765000000000-drop-batches.js';
import { WebhooksModule } from './webhooks.module.js';

/** Every batch at work may hold a connection; the rest answer queries and store results. */
const POOL_SIZE = 12;

/** A notification is published again within minutes or never; its letter may be sent again for as long as dead letters rest. */
const INBOX_KEEP_MILLISECONDS = Stream.deadLetters.maxAgeMilliseconds + 24 * 60 * 60_000;

@Module({
  imports: [
    StorageModule.forService({
      schema: 'jobs',
      entities: [],
      migrations: [
        CreateFilesAndBatches1763800000000,
        CreateResponses1763900000000,
        CountResponseBytes1764000000000,
        CreateWebhooks1764110000000,
        DropFiles1764121000000,
        CreateJobs1764500000000,
        ScheduleWork1764100000000,
        CreateIdempotencyKeys1764600000000,
        CreateNativeBatches1764700000000,
        ShowRowsToTenants1764800000000,
        RestWork1764900000000,
        DropBatches1765000000000,
        LetWebhooksHearOfTheTrail1765100000000,
        NoteProvidersCalled1765200000000,
        NameMakersOfWebhooks1765300000000,
      ],
      poolSize: POOL_SIZE,
      inboxKeepMilliseconds: INBOX_KEEP_MILLISECONDS,
    }),
    WebhooksModule,
  ],
  controllers: [
    StoreFileController,
    CreateBatchController,
    AnswerBatchesController,
    CancelBatchController,
    MessageBatchesController,
    StoreResultsConsumer,
    ListOpenRequestsController,
    AnswerQueuesController,
    ListNativeController,
    StoreResponseController,
    AnswerResponsesController,
    CreateJobController,
    CancelJobController,
    CancelResponseController,
    AnswerJobsController,
  ],
  providers: [
    { provide: JobLimits, inject: [Settings], useFactory: jobLimitsOf },
    {
      provide: BlobStore,
      inject: [Settings],
      useFactory: (settings: Settings) => openBlobStore(settings),
    },
    AdvanceBatchHandler,
    DropOldKeysRunner,
    IdempotencyKeyRepository,
    AdvanceBatchesRunner,
    AnswerBatchesHandler,
    AnswerResponsesHandler,
    BatchLeaseRepository,
    BatchLinesSource,
    AdvanceNativeHandler,
    AdvanceNativeRunner,
    NativeBatchRepository,
    NativeLinesSource,
    NativeViewRepository,
    MeasureNativeRunner,
    NativeRoutes,
    PlanNativeHandler,
    ProviderBatches,
    PublishReturnedHandler,
    ReturnedLinesRepository,
    BatchLineRepository,
    BatchNudge,
    BatchRepository,
    CancelBatchHandler,
    CreateBatchHandler,
    DropBatchesHandler,
    DropBatchesRepository,
    DropBatchesRunner,
    DropFilesHandler,
    DropFilesRunner,
    QueueNudge,
    DispatchWorkHandler,
    DispatchWorkRunner,
    DispatcherLeaseRepository,
    DropOldResponsesRunner,
    DroppedFilesRepository,
    FileRepository,
    FinalizeBatchHandler,
    LargeAnswers,
    UncalledBodies,
    LineFacts,
    MessageBatchesHandler,
    MessageBatchRepository,
    LinePublisher,
    DurableHolds,
    DurableLimits,
    LikelyRoutes,
    EndedRequestsRepository,
    WorkRestRepository,
    LineResultRepository,
    ModelTargets,
    OpenInputFiles,
    OpenRequestsRepository,
    SettledBooks,
    AnswerQueuesHandler,
    QueueView,
    QueueSpeedRepository,
    PauseRepository,
    NotePauses,
    PauseEffects,
    ProjectShares,
    PublicationRepository,
    PublishLinesHandler,
    RecordUnfinishedHandler,
    ResponseRepository,
    ResultPagesRepository,
    SettlementRepository,
    StoreFileHandler,
    StoreResponseHandler,
    StoreResultsHandler,
    SweepLinesHandler,
    SweepLinesRunner,
    SweepRepository,
    TrimResponsesRunner,
    PromptDifficulty,
    PromptFacts,
    ValidateBatchHandler,
    AnswerJobsHandler,
    JobPlaces,
    BackgroundResponseRepository,
    CancelJobHandler,
    CancelResponseHandler,
    KeepBackgroundHandler,
    CancelJobRepository,
    CreateJobHandler,
    DispatchJobsHandler,
    DispatchJobsRunner,
    JobsSource,
    DispatchRepository,
    DropJobsRepository,
    DropJobsRunner,
    CapRetentionRepository,
    CapRetentionRunner,
    EndUnpublishedHandler,
    EndingRepository,
    JobBlobs,
    JobCountRepository,
    JobPublisher,
    JobRepository,
    JobResultRepository,
    StoreJobResultsHandler,
    TellWorkersRunner,
    TellWorkersOfBatchesRunner,
    WorkSources,
  ],
})
export class JobsModule {}
