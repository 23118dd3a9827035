import { Injectable } from '@nestjs/common';
import { MessageHeader, Subject, type Facts } from '#libs/contracts';
import { BodyClaims, DurablePublisher } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import type { JobToPublish } from '../keep-job/job.js';
import { JobBlobs } from '../keep-job/job-blobs.js';

/** Somebody waits for a job; for a batch, nobody in particular. */
const PRIORITY = 'high';
const NO_BODY = new Uint8Array(0);

/** Sends a job on its way to the router. */
@Injectable()
export class JobPublisher {
  constructor(
    private readonly publisher: DurablePublisher,
    private readonly claims: BodyClaims,
    private readonly blobs: JobBlobs,
    private readonly limits: JobLimits,
    private readonly seals: RequestSeals,
  ) {}

  /**
   * Resolves when the stream has stored the request. Publishing a job twice does no harm: its request id, and so the key of
   * all its effects, is always the same. Another run has a message id of its own, or the stream would drop it.
   */
  async publish(job: JobToPublish, avoid: readonly string[] = []): Promise<void> {
    const { requestId, run } = job;
    const body = await this.blobs.read({ inline: job.body, blobKey: job.bodyBlobKey });
    const facts = this.factsOf(job, avoid);
    const headers = { [MessageHeader.requestId]: requestId, [MessageHeader.facts]: JSON.stringify(facts) };
    const messageId = run === 0 ? requestId : `${requestId}:r${run}`;
    const subject = Subject.requestAcceptedDurable(PRIORITY);
    if (body.length <= this.limits.messageBodyBytes)
      return this.publisher.publish(subject, body, { headers, messageId });
    await this.claims.put(requestId, body);
    return this.publisher.publish(subject, NO_BODY, {
      headers: { ...headers, [MessageHeader.bodyClaim]: requestId },
      messageId,
    });
  }

  /** What a job asks for, as it goes to the router. */
  factsOf({ id, facts, run }: JobToPublish, avoid: readonly string[]): Facts {
    const withheld = [...new Set([...(facts.withheldProviders ?? []), ...avoid])];
    return this.seals.sealed({
      ...facts,
      job: { jobId: id, run },
      ...(withheld.length === 0 ? {} : { withheldProviders: withheld }),
    });
  }
}
