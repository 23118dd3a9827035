import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { jobObjectSchema, Subject, type Caller, type JobObject, type Made } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { showMade } from '../repeat-request/show-made.js';
import { WriteJobResultHandler } from '../manage-jobs/write-job-result.handler.js';
import { AcceptJobHandler, type LaterRequest } from './accept-job.handler.js';
import type { LaterWish } from './later-wish.js';

const ACCEPTED = 202;
const LOOK_EVERY_MILLISECONDS = 100;

/** Answers requests that need not be waited for: with their job, or with its result where that comes while the caller would wait. */
@Injectable()
export class AnswerLaterHandler {
  constructor(
    private readonly jobs: AcceptJobHandler,
    private readonly results: WriteJobResultHandler,
    private readonly messaging: Messaging,
  ) {}

  /** @throws DialectError, QueryRefused, MessagingError */
  async handle(request: LaterRequest, wish: LaterWish, reply: FastifyReply): Promise<void> {
    const job = showMade(await this.accept(request, wish), reply);
    if (wish.isPreference) reply.header('preference-applied', appliedOf(wish));
    if (wish.waitSeconds > 0 && (await this.endsSoon(request.caller, job, wish.waitSeconds)))
      return this.results.write(request.caller, job.id, reply);
    void reply.status(ACCEPTED).header('location', job.links.self).type('application/json').send(JSON.stringify(job));
  }

  private accept(request: LaterRequest, { runAt }: LaterWish): Promise<Made<JobObject>> {
    return this.jobs.handle({ ...request, runAt });
  }

  private async endsSoon(caller: Caller, { id }: JobObject, seconds: number): Promise<boolean> {
    const deadline = performance.now() + seconds * 1_000;
    while (performance.now() < deadline) {
      await pause(LOOK_EVERY_MILLISECONDS);
      const job = await this.messaging.ask(Subject.jobRead, { caller, id }, jobObjectSchema);
      if (job.ended_at !== null) return true;
    }
    return false;
  }
}

function appliedOf({ waitSeconds }: LaterWish): string {
  return waitSeconds > 0 ? `respond-async, wait=${waitSeconds}` : 'respond-async';
}
