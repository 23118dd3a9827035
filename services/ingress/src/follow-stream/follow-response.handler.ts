import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { carriedDocumentSchema, Subject, type Caller, type JobStream } from '#libs/contracts';
import { DialectError, type FinishedResponse } from '#libs/dialects';
import { BodyClaims, Messaging, openDocument } from '#libs/messaging';
import { RESTARTED } from './follow-request.handler.js';
import type { FollowerResponse } from './follower-response.js';
import { NumberedEvents } from './numbered-events.js';
import { ResponseEvents } from './response-events.js';
import { StreamFollowers } from './stream-followers.js';

const LOOK_EVERY_MILLISECONDS = 50;
/** The end of a job follows the end of its stream within a moment. */
const END_WITHIN_MILLISECONDS = 60_000;
const EVENTS_PER_GENERATION = 1_000_000;

/** One who follows a response. */
interface Follower {
  readonly caller: Caller;
  readonly responseId: string;
  readonly job: JobStream;
  /** Whether anything of it has come. */
  readonly isKept: boolean;
  readonly after: number;
}

/** The stream of a response in the background, as OpenAI tells it: from its beginning, or from an event on, to its end. */
@Injectable()
export class FollowResponseHandler {
  constructor(
    private readonly followers: StreamFollowers,
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
  ) {}

  /** `after` is the number of the last event that is known, undefined for all. @throws DialectError 400, 409, 410, QueryRefused 404 */
  async follow(caller: Caller, responseId: string, after: number | undefined, reply: FastifyReply): Promise<void> {
    const job = await this.followers.jobOf(caller, responseId);
    if (!job?.isBackground || job.responseId !== responseId) throw await this.notInBackground(caller, responseId);
    if (!job.isStreamed) throw notStreamed('The response was not made with stream: true; read it whole.');
    const isKept = await this.followers.isKept(caller, job.requestId);
    if (job.hasEnded && !isKept)
      throw new DialectError(
        410,
        'stream_expired',
        'The stream is not kept any more; read the response whole.',
        'stream',
      );
    await this.followers.with(reply, (response) =>
      this.run(response, { caller, responseId, job, isKept, after: after ?? -1 }),
    );
  }

  private async run(response: FollowerResponse, follower: Follower): Promise<void> {
    let shown: FinishedResponse | undefined;
    const numbered = new NumberedEvents();
    const begin = async (base: number): Promise<ResponseEvents> => {
      if (follower.after >= 0 && follower.after < base) throw restarted();
      response.begin();
      // As it was told first, so that every reader sees the same events.
      const begun = new ResponseEvents(shown ?? (await this.read(follower)), base, follower.after);
      await response.write(begun.opening());
      return begun;
    };
    // Nothing has come while it waits for its turn: a reader is told that much at once.
    let events = follower.isKept ? undefined : await begin(0);
    for await (const step of this.followers.framesOf(follower.caller, follower.job.requestId).follow(response.signal)) {
      if (step.kind === 'begin') {
        if (step.bytes.length > 0) shown = JSON.parse(Buffer.from(step.bytes).toString('utf8')) as FinishedResponse;
        if (step.isWaiting) events ??= await begin(0);
      } else if (step.kind === 'head')
        events ??= await begin(step.isFirst ? 0 : step.generation * EVENTS_PER_GENERATION);
      else if (step.kind === 'chunk') {
        for (const { event } of numbered.push(step.bytes)) await response.write(events?.relayed(event) ?? '');
      } else if (step.kind === 'idle') {
        events ??= await begin(0);
        await response.keepAlive();
        if ((await this.followers.jobOf(follower.caller, follower.responseId))?.hasEnded !== false)
          return this.end(response, follower, events);
      } else if (step.kind === 'restarted' || step.kind === 'lost') {
        events ??= await begin(0);
        return response.write(events.error(step.kind === 'lost' ? 'stream_lost' : RESTARTED.code, RESTARTED.message));
      } else if (step.kind === 'end' || step.kind === 'error') {
        return this.end(response, follower, events ?? (await begin(0)));
      }
    }
  }

  /** The last event is told once the response is kept, so that whoever hears of it finds it. */
  private async end(response: FollowerResponse, follower: Follower, events: ResponseEvents): Promise<void> {
    const deadline = performance.now() + END_WITHIN_MILLISECONDS;
    while (!response.signal.aborted) {
      const job = await this.followers.jobOf(follower.caller, follower.responseId);
      if (job?.hasEnded !== false) return response.write(events.final(await this.read(follower)));
      if (performance.now() > deadline)
        return response.write(
          events.error('stream_lost', 'The end of the response is not on record yet; read it whole.'),
        );
      await pause(LOOK_EVERY_MILLISECONDS);
    }
  }

  private async read({ caller, responseId }: Pick<Follower, 'caller' | 'responseId'>): Promise<FinishedResponse> {
    const carried = await this.messaging.ask(Subject.responseRead, { caller, id: responseId }, carriedDocumentSchema);
    return (await openDocument(this.bodies, carried)) as FinishedResponse;
  }

  /** @throws QueryRefused 404 for a response that is not there at all. */
  private async notInBackground(caller: Caller, responseId: string): Promise<DialectError> {
    await this.read({ caller, responseId });
    return notStreamed('Only a response in the background can be streamed again; read it whole.');
  }
}

function notStreamed(message: string): DialectError {
  return new DialectError(400, 'unsupported_parameter', message, 'stream');
}

function restarted(): DialectError {
  const { status, code, message } = RESTARTED;
  return new DialectError(status, code, message, 'starting_after');
}
