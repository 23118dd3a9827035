import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { pauseScope, queuePauseSchema, queuesSchema, Subject, type QueuePause, type Queues } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, SnapshotWatch } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readJson } from '../http/read-json.js';
import { unknownName } from './unknown-name.policy.js';

const LONGEST_NAME_CHARACTERS = 300;
const LONGEST_REASON_CHARACTERS = 500;

const scopeFields = z.object({ scope: pauseScope, name: z.string().max(LONGEST_NAME_CHARACTERS).default('') });
const hasName = ({ scope, name }: { scope: string; name: string }): boolean => (scope === 'all') === (name === '');
const NAME_PROBLEM = {
  path: ['name'],
  message: 'must name the provider, the model or the project (as organization/project); only "all" goes without',
};
const pauseFields = scopeFields
  .extend({
    reason: z.string().max(LONGEST_REASON_CHARACTERS).nullable().default(null),
    until: z.iso
      .datetime({ offset: true })
      .refine((time) => Date.parse(time) > Date.now(), 'must lie in the future')
      .nullable()
      .default(null),
  })
  .refine(hasName, NAME_PROBLEM);
const resumeFields = scopeFields.refine(hasName, NAME_PROBLEM);

/** The queues of durable work: seen, paused and resumed with the admin key. */
@Controller('admin/v1/queues')
export class QueuesController {
  constructor(
    private readonly messaging: Messaging,
    private readonly watch: SnapshotWatch,
  ) {}

  @Get()
  @Permit('read', 'Operations')
  list(@Req() { caller }: AuthenticatedRequest): Promise<Queues> {
    return this.messaging.ask(Subject.queueList, { caller }, queuesSchema);
  }

  @Post('pause')
  @Permit('update', 'Operations')
  @HttpCode(200)
  pause(@Req() { caller, body }: AuthenticatedRequest): Promise<QueuePause> {
    const pause = readJson(body, pauseFields);
    const { current } = this.watch;
    const problem = current && unknownName(pause.scope, pause.name, current);
    if (problem !== undefined) throw new DialectError(400, 'invalid_value', problem, 'name');
    return this.messaging.ask(Subject.queuePause, { caller, ...pause }, queuePauseSchema);
  }

  @Post('resume')
  @Permit('update', 'Operations')
  @HttpCode(200)
  resume(@Req() { caller, body }: AuthenticatedRequest): Promise<QueuePause> {
    return this.messaging.ask(Subject.queueResume, { caller, ...readJson(body, resumeFields) }, queuePauseSchema);
  }
}
