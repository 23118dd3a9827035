import type { ModuleMetadata } from '@nestjs/common';
import { AdvanceBatchHandler } from './advance-batches/advance-batch.handler.js';
import { AdvanceBatchesRunner } from './advance-batches/advance-batches.runner.js';
import { BatchLeaseRepository } from './advance-batches/batch-lease.repository.js';
import { BatchNudge } from './advance-batches/batch-nudge.js';
import { AnswerBatchesController } from './answer-batches/answer-batches.controller.js';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { CancelBatchController } from './cancel-batch/cancel-batch.controller.js';
import { CancelBatchHandler } from './cancel-batch/cancel-batch.handler.js';
import { TellWorkersOfBatchesRunner } from './cancel-batch/tell-workers-of-batches.runner.js';
import { CreateBatchController } from './create-batch/create-batch.controller.js';
import { CreateBatchHandler } from './create-batch/create-batch.handler.js';
import { DropBatchesHandler } from './drop-batches/drop-batches.handler.js';
import { DropBatchesRepository } from './drop-batches/drop-batches.repository.js';
import { DropBatchesRunner } from './drop-batches/drop-batches.runner.js';
import { FinalizeBatchHandler } from './finalize-batch/finalize-batch.handler.js';
import { ResultPagesRepository } from './finalize-batch/result-pages.repository.js';
import { SettlementRepository } from './finalize-batch/settlement.repository.js';
import { BatchRepository } from './keep-batch/batch.repository.js';
import { MessageBatchRepository } from './keep-message-batch/message-batch.repository.js';
import { MessageBatchesController } from './keep-message-batch/message-batches.controller.js';
import { MessageBatchesHandler } from './keep-message-batch/message-batches.handler.js';
import { AdvanceNativeHandler } from './native-batches/advance-native.handler.js';
import { AdvanceNativeRunner } from './native-batches/advance-native.runner.js';
import { ListNativeController } from './native-batches/list-native.controller.js';
import { MeasureNativeRunner } from './native-batches/measure-native.runner.js';
import { NativeBatchRepository } from './native-batches/native-batch.repository.js';
import { NativeMoney } from './native-batches/native-money.js';
import { NativeLinesSource } from './native-batches/native-lines.source.js';
import { NativeRoutes } from './native-batches/native-routes.js';
import { NativeViewRepository } from './native-batches/native-view.repository.js';
import { PlanNativeHandler } from './native-batches/plan-native.handler.js';
import { ProviderBatches } from './native-batches/provider-batches.js';
import { ReturnedLinesRepository } from './native-batches/returned-lines.repository.js';
import { AsideLinesRepository } from './publish-lines/aside-lines.repository.js';
import { BatchLinesSource } from './publish-lines/batch-lines.source.js';
import { LineFacts } from './publish-lines/line-facts.js';
import { LinePublisher } from './publish-lines/line-publisher.js';
import { LineRoom } from './publish-lines/line-room.js';
import { OpenInputFiles } from './publish-lines/open-input-files.js';
import { PublicationRepository } from './publish-lines/publication.repository.js';
import { PublishAsideHandler } from './publish-lines/publish-aside.handler.js';
import { PublishLinesHandler } from './publish-lines/publish-lines.handler.js';
import { PublishReturnedHandler } from './publish-lines/publish-returned.handler.js';
import { RecordUnfinishedHandler } from './record-unfinished/record-unfinished.handler.js';
import { SweepLinesHandler } from './sweep-lines/sweep-lines.handler.js';
import { SweepLinesRunner } from './sweep-lines/sweep-lines.runner.js';
import { SweepRepository } from './sweep-lines/sweep.repository.js';
import { BatchLineRepository } from './validate-batch/batch-line.repository.js';
import { ValidateBatchHandler } from './validate-batch/validate-batch.handler.js';

/** Batches: made, validated, put on their way line by line, at providers, and settled. */
export const BATCHES = {
  controllers: [
    AnswerBatchesController,
    CancelBatchController,
    CreateBatchController,
    ListNativeController,
    MessageBatchesController,
  ],
  providers: [
    AdvanceBatchHandler,
    AdvanceBatchesRunner,
    AdvanceNativeHandler,
    AdvanceNativeRunner,
    AnswerBatchesHandler,
    AsideLinesRepository,
    BatchLeaseRepository,
    BatchLineRepository,
    BatchLinesSource,
    BatchNudge,
    BatchRepository,
    CancelBatchHandler,
    CreateBatchHandler,
    DropBatchesHandler,
    DropBatchesRepository,
    DropBatchesRunner,
    FinalizeBatchHandler,
    LineFacts,
    LinePublisher,
    LineRoom,
    MeasureNativeRunner,
    MessageBatchRepository,
    MessageBatchesHandler,
    NativeBatchRepository,
    NativeLinesSource,
    NativeMoney,
    NativeRoutes,
    NativeViewRepository,
    OpenInputFiles,
    PlanNativeHandler,
    ProviderBatches,
    PublicationRepository,
    PublishAsideHandler,
    PublishLinesHandler,
    PublishReturnedHandler,
    RecordUnfinishedHandler,
    ResultPagesRepository,
    ReturnedLinesRepository,
    SettlementRepository,
    SweepLinesHandler,
    SweepLinesRunner,
    SweepRepository,
    TellWorkersOfBatchesRunner,
    ValidateBatchHandler,
  ],
} satisfies ModuleMetadata;
