import { Module } from '@nestjs/common';
import { DurablePublisher } from '#libs/messaging';
import { maskText } from '#libs/guards';
import { PayloadKeeper } from '#libs/payloads';
import { Settings } from '#libs/runtime';
import { CallJobsController } from './call-model/call-jobs.controller.js';
import { CallModelController } from './call-model/call-model.controller.js';
import { CallModelHandler } from './call-model/call-model.handler.js';
import { CallerDelays } from './call-model/caller-delays.js';
import { PayloadCapture } from './capture-payload/payload-capture.js';
import { DurableSlots } from './call-model/durable-slots.js';
import { OpenRequests } from './call-model/open-requests.js';
import { ProviderDirectory } from './call-model/provider-directory.js';
import { RunningCalls } from './call-model/running-calls.js';
import { TargetAttempts } from './call-model/target-attempts.js';
import { FileFetcher } from './fetch-file/file-fetcher.js';
import { AskModeration } from './guard-jobs/ask-moderation.js';
import { JobGuards } from './guard-jobs/job-guards.js';
import { AnswerKeeper } from './keep-answer/answer-keeper.js';
import { JobReplies } from './keep-stream/job-replies.js';
import { CollectBatchHandler } from './native-batches/collect-batch.handler.js';
import { NativeBatchesController } from './native-batches/native-batches.controller.js';
import { SubmitBatchHandler } from './native-batches/submit-batch.handler.js';
import { DurableAnswers } from './record-result/durable-answers.js';
import { ResultBundles } from './record-result/result-bundles.js';
import { ResultRecorder } from './record-result/result-recorder.js';
import { StreamRescue } from './rescue-stream/stream-rescue.js';
import { ActiveProbes } from './watch-targets/active-probes.js';
import { IdleProbes } from './watch-targets/idle-probes.js';
import { FleetTargetHealth } from './watch-targets/fleet-target-health.js';
import { TargetHealth } from './watch-targets/target-health.js';

@Module({
  controllers: [CallModelController, CallJobsController, NativeBatchesController],
  providers: [
    CallModelHandler,
    CollectBatchHandler,
    SubmitBatchHandler,
    CallerDelays,
    DurableSlots,
    OpenRequests,
    ProviderDirectory,
    RunningCalls,
    TargetAttempts,
    FileFetcher,
    AskModeration,
    JobGuards,
    DurableAnswers,
    AnswerKeeper,
    PayloadCapture,
    {
      provide: PayloadKeeper,
      inject: [DurablePublisher, Settings],
      useFactory: (publisher: DurablePublisher, { secretKey }: Settings) =>
        new PayloadKeeper(publisher, secretKey, maskText),
    },
    JobReplies,
    ResultBundles,
    ResultRecorder,
    StreamRescue,
    FleetTargetHealth,
    { provide: TargetHealth, useExisting: FleetTargetHealth },
    ActiveProbes,
    IdleProbes,
  ],
})
export class WorkerModule {}
