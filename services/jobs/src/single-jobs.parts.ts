import type { ModuleMetadata } from '@nestjs/common';
import { AnswerJobsController } from './answer-jobs/answer-jobs.controller.js';
import { AnswerJobsHandler } from './answer-jobs/answer-jobs.handler.js';
import { JobPlaces } from './answer-jobs/job-places.js';
import { AnswerResponsesController } from './answer-responses/answer-responses.controller.js';
import { AnswerResponsesHandler } from './answer-responses/answer-responses.handler.js';
import { CancelJobController } from './cancel-job/cancel-job.controller.js';
import { CancelJobHandler } from './cancel-job/cancel-job.handler.js';
import { CancelJobRepository } from './cancel-job/cancel-job.repository.js';
import { TellWorkersRunner } from './cancel-job/tell-workers.runner.js';
import { CancelResponseController } from './cancel-response/cancel-response.controller.js';
import { CancelResponseHandler } from './cancel-response/cancel-response.handler.js';
import { CreateJobController } from './create-job/create-job.controller.js';
import { CreateJobHandler } from './create-job/create-job.handler.js';
import { JobCountRepository } from './create-job/job-count.repository.js';
import { DispatchJobsHandler } from './dispatch-jobs/dispatch-jobs.handler.js';
import { DispatchJobsRunner } from './dispatch-jobs/dispatch-jobs.runner.js';
import { DispatchRepository } from './dispatch-jobs/dispatch.repository.js';
import { JobPublisher } from './dispatch-jobs/job-publisher.js';
import { JobsSource } from './dispatch-jobs/jobs.source.js';
import { EndUnpublishedHandler } from './end-job/end-unpublished.handler.js';
import { EndingRepository } from './end-job/ending.repository.js';
import { DropJobsRepository } from './expire-jobs/drop-jobs.repository.js';
import { DropJobsRunner } from './expire-jobs/drop-jobs.runner.js';
import { BackgroundResponseRepository } from './keep-background/background-response.repository.js';
import { KeepBackgroundHandler } from './keep-background/keep-background.handler.js';
import { JobBlobs } from './keep-job/job-blobs.js';
import { JobRepository } from './keep-job/job.repository.js';
import { DropOldKeysRunner } from './keep-keys/drop-old-keys.runner.js';
import { IdempotencyKeyRepository } from './keep-keys/idempotency-key.repository.js';
import { JobResultRepository } from './store-job-results/job-result.repository.js';
import { StoreJobResultsHandler } from './store-job-results/store-job-results.handler.js';
import { DropOldResponsesRunner } from './store-response/drop-old-responses.runner.js';
import { ResponseRepository } from './store-response/response.repository.js';
import { StoreResponseController } from './store-response/store-response.controller.js';
import { StoreResponseHandler } from './store-response/store-response.handler.js';
import { TrimResponsesRunner } from './store-response/trim-responses.runner.js';

/** Single requests that are answered later, and what is kept of answers. */
export const SINGLE_JOBS = {
  controllers: [
    AnswerJobsController,
    AnswerResponsesController,
    CancelJobController,
    CancelResponseController,
    CreateJobController,
    StoreResponseController,
  ],
  providers: [
    AnswerJobsHandler,
    AnswerResponsesHandler,
    BackgroundResponseRepository,
    CancelJobHandler,
    CancelJobRepository,
    CancelResponseHandler,
    CreateJobHandler,
    DispatchJobsHandler,
    DispatchJobsRunner,
    DispatchRepository,
    DropJobsRepository,
    DropJobsRunner,
    DropOldKeysRunner,
    DropOldResponsesRunner,
    EndUnpublishedHandler,
    EndingRepository,
    IdempotencyKeyRepository,
    JobBlobs,
    JobCountRepository,
    JobPlaces,
    JobPublisher,
    JobRepository,
    JobResultRepository,
    JobsSource,
    KeepBackgroundHandler,
    ResponseRepository,
    StoreJobResultsHandler,
    StoreResponseHandler,
    TellWorkersRunner,
    TrimResponsesRunner,
  ],
} satisfies ModuleMetadata;
