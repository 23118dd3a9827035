import { Injectable } from '@nestjs/common';
import { Subject, type Facts, type JobStarted } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { noReply } from '../call-model/reply-channel.js';
import { GatheringReply } from './gathering-reply.js';

/** The ways back for work of the durable lane: none for a line of a batch; of a job it is told that it begins. */
@Injectable()
export class JobReplies {
  constructor(private readonly messaging: Messaging) {}

  of({ job, requestId, stream }: Facts): Pick<AssignedCall, 'reply' | 'streamed'> {
    if (!job || !('jobId' in job)) return { reply: noReply };
    const started: JobStarted = { jobId: job.jobId, requestId };
    this.messaging.publish(Subject.jobStarted, JSON.stringify(started));
    if (!stream) return { reply: noReply };
    const reply = new GatheringReply(noReply);
    return { reply, streamed: reply };
  }
}
