import { Module } from '@nestjs/common';
import { Stream } from '#libs/contracts';
import { StorageModule } from '#libs/storage';
import { auditSchema } from './audit.schema.js';
import { FeedbackRepository } from './keep-feedback/feedback.repository.js';
import { KeepFeedbackController } from './keep-feedback/keep-feedback.controller.js';
import { KeepFeedbackHandler } from './keep-feedback/keep-feedback.handler.js';
import { DecidedRequestsRepository } from './list-decisions/decided-requests.repository.js';
import { ListDecisionsController } from './list-decisions/list-decisions.controller.js';
import { ListDecisionsHandler } from './list-decisions/list-decisions.handler.js';
import { EntriesRepository } from './list-events/entries.repository.js';
import { ListEventsController } from './list-events/list-events.controller.js';
import { ListEventsHandler } from './list-events/list-events.handler.js';
import { RecordEventConsumer } from './record-event/record-event.consumer.js';
import { RecordEventHandler } from './record-event/record-event.handler.js';
import { TrailRepository } from './record-event/trail.repository.js';

const DAY_MILLISECONDS = 24 * 60 * 60_000;

@Module({
  imports: [
    StorageModule.forService({
      ...auditSchema,
      inboxKeepMilliseconds: Stream.results.maxAgeMilliseconds + DAY_MILLISECONDS,
    }),
  ],
  controllers: [RecordEventConsumer, ListEventsController, ListDecisionsController, KeepFeedbackController],
  providers: [
    RecordEventHandler,
    TrailRepository,
    ListEventsHandler,
    EntriesRepository,
    ListDecisionsHandler,
    DecidedRequestsRepository,
    KeepFeedbackHandler,
    FeedbackRepository,
  ],
})
export class AuditModule {}
