import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Subject, type Caller, type JobStream } from '#libs/contracts';
import { dialectNamed, DialectError, type CallerError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { callerErrorOf } from '../answer-caller/caller-error-of.js';
import type { FollowerResponse } from './follower-response.js';
import { NumberedEvents, withNumber } from './numbered-events.js';
import { StreamFollowers } from './stream-followers.js';
import type { StreamStep } from './stream-frames.js';

/** A worker says every 5 s that a call lives; three missed ones mean that it is gone. */
const SILENCE_MILLISECONDS = 15_000;
/** What a job has ended with is on its way here at most so long. */
const GRACE_MILLISECONDS = 3_000;
/** An answer that was begun again has numbers beyond those of any earlier one. */
const EVENTS_PER_GENERATION = 1_000_000;
/** Ids stand in a subject. */
const REQUEST_ID = /^req_[A-Za-z0-9_-]{8,90}$/;

const LOST: CallerError = {
  status: 502,
  code: 'stream_lost',
  message: 'A part of the stream was lost and cannot be told.',
};
const SILENT: CallerError = {
  status: 502,
  code: 'worker_lost',
  message: 'Nothing more was heard from the process that made the call; whether the provider answered is unknown.',
};
export const RESTARTED: CallerError = {
  status: 409,
  code: 'stream_restarted',
  message:
    'The answer was begun again after a crash; what came before is void. Follow it again without starting_after.',
};

/** Where a follower stands. */
interface Progress {
  dialect: string;
  events: NumberedEvents;
  /** Events up to this number are known to the follower. */
  after: number;
  heardAt: number;
  endedAt: number | undefined;
}

/** Gives a streamed answer again from where its caller left it, and goes on with it as it comes, in the caller's own dialect. */
@Injectable()
export class FollowRequestHandler {
  constructor(
    private readonly followers: StreamFollowers,
    private readonly messaging: Messaging,
  ) {}

  /** `after` is the number of the last event that is known, undefined for all. @throws DialectError 404, 409, 410 */
  async follow(caller: Caller, requestId: string, after: number | undefined, reply: FastifyReply): Promise<void> {
    const job = REQUEST_ID.test(requestId) ? await this.findable(caller, requestId) : 'unknown';
    if (job === 'unknown') throw unknown(requestId);
    await this.followers.with(reply, (response) =>
      this.run(response, { caller, requestId, after, job: job === 'no job' ? undefined : job }),
    );
  }

  /** The job that the request is, if it is one. An ordinary call is known by what is kept of it. */
  private async findable(caller: Caller, requestId: string): Promise<JobStream | 'no job' | 'unknown'> {
    if (await this.followers.isKept(caller, requestId))
      return (await this.followers.jobOf(caller, requestId)) ?? 'no job';
    const job = await this.followers.jobOf(caller, requestId);
    if (!job) return 'unknown';
    if (!job.isStreamed)
      throw new DialectError(400, 'not_streamed', 'The request was not for a stream; read the result of its job.');
    if (job.hasEnded)
      throw new DialectError(410, 'stream_expired', 'The stream is not kept any more; read the result of its job.');
    return job;
  }

  private async run(
    response: FollowerResponse,
    {
      caller,
      requestId,
      after,
      job,
    }: { caller: Caller; requestId: string; after: number | undefined; job: JobStream | undefined },
  ): Promise<void> {
    const progress: Progress = {
      dialect: job?.dialect ?? 'openai-chat',
      events: new NumberedEvents(),
      after: after ?? -1,
      heardAt: performance.now(),
      endedAt: undefined,
    };
    const alive = this.messaging.subscribe(
      Subject.answerAwaited(requestId),
      () => (progress.heardAt = performance.now()),
    );
    try {
      for await (const step of this.followers.framesOf(caller, requestId).follow(response.signal)) {
        if (step.kind === 'idle') {
          const hasEnded = job && (await this.followers.jobOf(caller, requestId))?.hasEnded !== false;
          const problem = job ? afterEnd(progress, hasEnded === true) : silence(progress);
          if (problem) return await fail(response, progress, problem);
          await response.keepAlive();
          continue;
        }
        progress.heardAt = performance.now();
        if (await this.take(step, response, progress)) return;
      }
    } finally {
      alive.unsubscribe();
    }
  }

  /** Resolves to whether that was the end. */
  private async take(step: StreamStep, response: FollowerResponse, progress: Progress): Promise<boolean> {
    switch (step.kind) {
      case 'begin':
      case 'head':
        progress.dialect = step.dialect ?? progress.dialect;
        if (step.kind === 'head') return this.begin(step, response, progress);
        return false;
      case 'chunk':
        await response.write(
          progress.events
            .push(step.bytes)
            .filter(({ number }) => number === undefined || number > progress.after)
            .map(({ event, number }) => withNumber(event, number))
            .join(''),
        );
        return false;
      case 'end':
        response.begin();
        return true;
      case 'error':
        await fail(response, progress, callerErrorOf(step.answer));
        return true;
      case 'restarted':
        await fail(response, progress, RESTARTED);
        return true;
      case 'lost':
      case 'idle':
      default:
        await fail(response, progress, LOST);
        return true;
    }
  }

  private async begin(
    { isFirst, generation }: Extract<StreamStep, { kind: 'head' }>,
    response: FollowerResponse,
    progress: Progress,
  ): Promise<boolean> {
    const base = isFirst ? 0 : generation * EVENTS_PER_GENERATION;
    if (progress.after >= 0 && progress.after < base) {
      await fail(response, progress, RESTARTED);
      return true;
    }
    progress.events = new NumberedEvents(base);
    response.begin();
    return false;
  }
}

function silence({ heardAt }: Progress): CallerError | undefined {
  return performance.now() - heardAt > SILENCE_MILLISECONDS ? SILENT : undefined;
}

/** A job that has ended without a word of its end in the stream: what was missing will not come. */
function afterEnd(progress: Progress, hasEnded: boolean): CallerError | undefined {
  if (!hasEnded) return undefined;
  progress.endedAt ??= performance.now();
  return performance.now() - progress.endedAt > GRACE_MILLISECONDS
    ? { status: 410, code: 'stream_ended', message: 'The job has ended; read its result.' }
    : undefined;
}

/** As for the first caller: before the first byte with a status, after it as the stream's last event. */
async function fail(response: FollowerResponse, { dialect }: Progress, error: CallerError): Promise<void> {
  if (!response.hasBegun) throw new DialectError(error.status, error.code, error.message, error.param ?? null);
  await response.write(dialectNamed(dialect).encodeStreamError?.(error) ?? '');
}

function unknown(requestId: string): DialectError {
  return new DialectError(
    404,
    'request_not_found',
    `No stream of a request '${requestId.slice(0, 100)}' is kept; ask for it with the header 'x-switchyard-resumable: true'.`,
    'id',
  );
}
