import type { ModuleMetadata } from '@nestjs/common';
import { AnswerQueuesController } from './answer-queues/answer-queues.controller.js';
import { AnswerQueuesHandler } from './answer-queues/answer-queues.handler.js';
import { NotePauses } from './answer-queues/note-pauses.js';
import { QueueView } from './answer-queues/queue-view.js';
import { DispatchWorkHandler } from './dispatch-work/dispatch-work.handler.js';
import { DispatchWorkRunner } from './dispatch-work/dispatch-work.runner.js';
import { DispatcherLeaseRepository } from './dispatch-work/dispatcher-lease.repository.js';
import { ModelTargets } from './dispatch-work/model-targets.js';
import { PauseEffects } from './dispatch-work/pause-effects.js';
import { PauseRepository } from './dispatch-work/pause.repository.js';
import { ProjectShares } from './dispatch-work/project-shares.js';
import { QueueNudge } from './dispatch-work/queue-nudge.js';
import { QueueSpeedRepository } from './dispatch-work/queue-speed.repository.js';
import { WorkRestRepository } from './dispatch-work/work-rest.repository.js';
import { WorkSources } from './dispatch-work/work-source.js';
import { SteeredLinesRepository } from './hold-money/steered-lines.repository.js';
import { DurableHolds } from './hold-money/durable-holds.js';
import { DurableLimits } from './limit-rate/durable-limits.js';
import { EndedRequestsRepository } from './limit-rate/ended-requests.repository.js';
import { LikelyRoutes } from './limit-rate/likely-routes.js';
import { ListOpenRequestsController } from './list-open-requests/list-open-requests.controller.js';
import { OpenRequestsRepository } from './list-open-requests/open-requests.repository.js';
import { LargeAnswers } from './store-results/large-answers.js';
import { LineResultRepository } from './store-results/line-result.repository.js';
import { SettledBooks } from './store-results/settled-books.js';
import { StoreResultsConsumer } from './store-results/store-results.consumer.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';
import { UncalledBodies } from './store-results/uncalled-bodies.js';

/** All durable work alike: whose turn it is, what limits and budgets have room for, and what comes back. */
export const WORK = {
  controllers: [AnswerQueuesController, ListOpenRequestsController, StoreResultsConsumer],
  providers: [
    AnswerQueuesHandler,
    DispatchWorkHandler,
    DispatchWorkRunner,
    DispatcherLeaseRepository,
    DurableHolds,
    SteeredLinesRepository,
    DurableLimits,
    EndedRequestsRepository,
    LargeAnswers,
    LikelyRoutes,
    LineResultRepository,
    ModelTargets,
    NotePauses,
    OpenRequestsRepository,
    PauseEffects,
    PauseRepository,
    ProjectShares,
    QueueNudge,
    QueueSpeedRepository,
    QueueView,
    SettledBooks,
    StoreResultsHandler,
    UncalledBodies,
    WorkRestRepository,
    WorkSources,
  ],
} satisfies ModuleMetadata;
