import { Module } from '@nestjs/common';
import { BlobStore, openBlobStore } from '#libs/blobs';
import { Stream } from '#libs/contracts';
import { KeyProvider, openKeyProvider } from '#libs/key-provider';
import { Settings } from '#libs/runtime';
import { StorageModule } from '#libs/storage';
import { auditSchema } from './audit.schema.js';
import { EraseSubjectsController } from './erase-subjects/erase-subjects.controller.js';
import { EraseSubjectsHandler } from './erase-subjects/erase-subjects.handler.js';
import { FeedbackRepository } from './keep-feedback/feedback.repository.js';
import { KeepFeedbackController } from './keep-feedback/keep-feedback.controller.js';
import { KeepFeedbackHandler } from './keep-feedback/keep-feedback.handler.js';
import { DecidedRequestsRepository } from './list-decisions/decided-requests.repository.js';
import { ListDecisionsController } from './list-decisions/list-decisions.controller.js';
import { ListDecisionsHandler } from './list-decisions/list-decisions.handler.js';
import { EntriesRepository } from './list-events/entries.repository.js';
import { KnownOrganizations } from './list-events/known-organizations.js';
import { ListEventsController } from './list-events/list-events.controller.js';
import { ListEventsHandler } from './list-events/list-events.handler.js';
import { LogPlacesRepository } from './list-events/log-places.repository.js';
import { ReadingNotes } from './list-events/reading-notes.js';
import { ClassesRepository } from './keep-partitions/classes.repository.js';
import { HoldLogsController } from './keep-partitions/hold-logs.controller.js';
import { KeepPartitionsHandler } from './keep-partitions/keep-partitions.handler.js';
import { KeepPartitionsRunner } from './keep-partitions/keep-partitions.runner.js';
import { PartitionsRepository } from './keep-partitions/partitions.repository.js';
import { DataKeys } from './keep-payloads/data-keys.js';
import { ExpirePayloadsHandler } from './keep-payloads/expire-payloads.handler.js';
import { KeepPayloadsConsumer } from './keep-payloads/keep-payloads.consumer.js';
import { KeepPayloadsHandler } from './keep-payloads/keep-payloads.handler.js';
import { PayloadsRepository } from './keep-payloads/payloads.repository.js';
import { ListCheckpointsController } from './list-checkpoints/list-checkpoints.controller.js';
import { ListCheckpointsHandler } from './list-checkpoints/list-checkpoints.handler.js';
import { NoteDeeds } from './note-deeds/note-deeds.js';
import { Destinations } from './push-entries/destinations.js';
import { PushEntriesHandler } from './push-entries/push-entries.handler.js';
import { PushEntriesRunner } from './push-entries/push-entries.runner.js';
import { PushesRepository } from './push-entries/pushes.repository.js';
import { LogHashes } from './prove-entries/log-hashes.js';
import { ProvableEntriesRepository } from './prove-entries/provable-entries.repository.js';
import { ProveEntriesController } from './prove-entries/prove-entries.controller.js';
import { ProveEntriesHandler } from './prove-entries/prove-entries.handler.js';
import { LogRepository } from './read-log/log.repository.js';
import { ReadLogController } from './read-log/read-log.controller.js';
import { ReadLogHandler } from './read-log/read-log.handler.js';
import { TilesRepository } from './read-log/tiles.repository.js';
import { ReadPayloadsController } from './read-payloads/read-payloads.controller.js';
import { ReadPayloadsHandler } from './read-payloads/read-payloads.handler.js';
import { RaiseEntriesRunner } from './raise-entries/raise-entries.runner.js';
import { RecordEventConsumer } from './record-event/record-event.consumer.js';
import { RecordEventHandler } from './record-event/record-event.handler.js';
import { TrailRepository } from './record-event/trail.repository.js';
import { ReportEntriesRepository } from './report-trail/report-entries.repository.js';
import { ReportTrailController } from './report-trail/report-trail.controller.js';
import { ReportTrailHandler } from './report-trail/report-trail.handler.js';
import { CheckpointsRepository } from './sign-checkpoints/checkpoints.repository.js';
import { PublishCheckpointsHandler } from './sign-checkpoints/publish-checkpoints.handler.js';
import { SignCheckpointsHandler } from './sign-checkpoints/sign-checkpoints.handler.js';
import { SignCheckpointsRunner } from './sign-checkpoints/sign-checkpoints.runner.js';
import { SigningKeys } from './sign-checkpoints/signing-keys.js';
import { SigningKeysRepository } from './sign-checkpoints/signing-keys.repository.js';
import { Witness } from './sign-checkpoints/witness.js';
import { FreshEntries } from './stream-entries/fresh-entries.js';
import { StreamEntriesRunner } from './stream-entries/stream-entries.runner.js';
import { UnstreamedRepository } from './stream-entries/unstreamed.repository.js';

const DAY_MILLISECONDS = 24 * 60 * 60_000;

@Module({
  imports: [
    StorageModule.forService({
      ...auditSchema,
      inboxKeepMilliseconds: Stream.results.maxAgeMilliseconds + DAY_MILLISECONDS,
    }),
  ],
  controllers: [
    RecordEventConsumer,
    ListEventsController,
    ListDecisionsController,
    KeepFeedbackController,
    ProveEntriesController,
    ListCheckpointsController,
    ReadLogController,
    HoldLogsController,
    KeepPayloadsConsumer,
    ReadPayloadsController,
    EraseSubjectsController,
    ReportTrailController,
  ],
  providers: [
    RecordEventHandler,
    TrailRepository,
    ListEventsHandler,
    EntriesRepository,
    LogPlacesRepository,
    KnownOrganizations,
    ListDecisionsHandler,
    DecidedRequestsRepository,
    KeepFeedbackHandler,
    FeedbackRepository,
    NoteDeeds,
    ReadingNotes,
    SigningKeysRepository,
    SigningKeys,
    CheckpointsRepository,
    SignCheckpointsHandler,
    PublishCheckpointsHandler,
    Witness,
    SignCheckpointsRunner,
    TilesRepository,
    LogHashes,
    ProvableEntriesRepository,
    ProveEntriesHandler,
    ListCheckpointsHandler,
    LogRepository,
    ReadLogHandler,
    FreshEntries,
    UnstreamedRepository,
    StreamEntriesRunner,
    PartitionsRepository,
    ClassesRepository,
    KeepPartitionsHandler,
    KeepPartitionsRunner,
    PayloadsRepository,
    DataKeys,
    KeepPayloadsHandler,
    ExpirePayloadsHandler,
    ReadPayloadsHandler,
    EraseSubjectsHandler,
    ReportEntriesRepository,
    ReportTrailHandler,
    Destinations,
    PushesRepository,
    PushEntriesHandler,
    PushEntriesRunner,
    RaiseEntriesRunner,
    {
      provide: KeyProvider,
      inject: [Settings],
      useFactory: ({ keyProvider }: Settings) => openKeyProvider(keyProvider),
    },
    {
      provide: BlobStore,
      inject: [Settings],
      useFactory: (settings: Settings) => openBlobStore(settings),
    },
  ],
})
export class AuditModule {}
