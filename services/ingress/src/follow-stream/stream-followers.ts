import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { jobStreamSchema, Subject, type Caller, type JobStream } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { AnswerLog, Messaging, QueryRefused } from '#libs/messaging';
import { HttpLimit } from '../http/http-limits.js';
import { FollowerResponse } from './follower-response.js';
import { StreamFrames } from './stream-frames.js';

const NOT_FOUND = 404;

/** Those who follow streamed answers here: how many there may be, and what they ask. */
@Injectable()
export class StreamFollowers implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private count = 0;

  constructor(
    private readonly messaging: Messaging,
    private readonly log: AnswerLog,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Lets somebody follow, while there is room. @throws DialectError 503 */
  async with(reply: FastifyReply, follow: (response: FollowerResponse) => Promise<void>): Promise<void> {
    if (this.count >= HttpLimit.streamFollowers)
      throw new DialectError(503, 'too_many_followers', 'Too many streams are followed here; try again in a moment.');
    this.count++;
    const response = new FollowerResponse(reply, this.stopping.signal);
    try {
      await follow(response);
      if (response.signal.aborted) response.abandon();
      else response.end();
    } catch (error) {
      if (!response.hasBegun) throw error;
      response.abandon();
    } finally {
      this.count--;
    }
  }

  /** The frames of an answer of the caller's own project: of others there is nothing at that subject. */
  framesOf({ organization, project }: Caller, requestId: string): StreamFrames {
    return new StreamFrames(this.log, Subject.answerStreamed(organization, project, requestId));
  }

  isKept({ organization, project }: Caller, requestId: string): Promise<boolean> {
    return this.log.has(Subject.answerStreamed(organization, project, requestId));
  }

  /** What is known of a job by its own id, its request's or its response's; undefined where it is none of the caller's project. */
  async jobOf(caller: Caller, id: string): Promise<JobStream | undefined> {
    try {
      return await this.messaging.ask(Subject.jobStreamRead, { caller, id }, jobStreamSchema);
    } catch (error) {
      if (error instanceof QueryRefused && error.reply.status === NOT_FOUND) return undefined;
      throw error;
    }
  }
}
