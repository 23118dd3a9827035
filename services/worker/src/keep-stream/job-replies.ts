import { Injectable } from '@nestjs/common';
import { Subject, type Facts, type JobStarted, type RoutingSlip } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { noReply } from '../call-model/reply-channel.js';
import { GatheringReply } from './gathering-reply.js';
import { LoggedReply } from './logged-reply.js';

/** More attempts than any request has. */
const ATTEMPTS_PER_RUN = 1_000;

/** The ways back for work of the durable lane: none for a line of a batch; of a job it is told that it begins, and its stream is kept. */
@Injectable()
export class JobReplies {
  constructor(private readonly messaging: Messaging) {}

  /** `attempts` are those made before, on any process: each may have begun an answer. */
  of(facts: Facts, { attempts }: Pick<RoutingSlip, 'attempts'>): Pick<AssignedCall, 'reply' | 'streamed'> {
    const { job, requestId, stream } = facts;
    if (!job || !('jobId' in job)) return { reply: noReply };
    const started: JobStarted = { jobId: job.jobId, requestId };
    this.messaging.publish(Subject.jobStarted, JSON.stringify(started));
    if (!stream) return { reply: noReply };
    const generation = job.run * ATTEMPTS_PER_RUN + attempts.length;
    const reply = new GatheringReply(new LoggedReply(this.messaging, facts, generation));
    return { reply, streamed: reply };
  }
}
