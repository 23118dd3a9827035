import { Injectable } from '@nestjs/common';
import { MessageHeader, Subject, type Facts } from '#libs/contracts';
import { BodyClaims, DurablePublisher } from '#libs/messaging';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { LineFacts } from './line-facts.js';
import { readBatchLine } from '../validate-batch/read-batch-line.js';

const PRIORITY = 'normal';
const NO_BODY = new Uint8Array(0);

/** One line as it stands in the input file, and how often it has been published again after it was lost. */
export interface LineToPublish {
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly repetition?: number;
}

/** Sends one line of a batch on its way to the router. */
@Injectable()
export class LinePublisher {
  constructor(
    private readonly publisher: DurablePublisher,
    private readonly claims: BodyClaims,
    private readonly limits: JobLimits,
    private readonly lineFacts: LineFacts,
  ) {}

  /**
   * Resolves when the stream has stored the request. Publishing a line twice does no harm: its request id, and so the key of
   * all its effects, is always the same. A repetition has a message id of its own, or the stream would drop it.
   */
  async publish(
    batch: Batch,
    { line, bytes, repetition }: LineToPublish,
    avoid: readonly string[] = [],
  ): Promise<void> {
    const requestId = batchIdentifiers.request(batch.id, line);
    const read = readBatchLine(bytes, {
      endpoint: batch.endpoint,
      customIdCharacters: this.limits.customIdCharacters,
    });
    const { customId, body } = read;
    const facts: Facts = {
      ...read.facts,
      ...this.lineFacts.of(batch, read),
      requestId,
      organization: batch.organization,
      project: batch.project,
      key: batch.key,
      lane: 'durable',
      receivedAt: batch.createdAt.getTime(),
      deadline: batch.expiresAt.getTime(),
      job: { batchId: batch.id, line, customId },
      ...(avoid.length === 0
        ? {}
        : { wishes: { ...read.facts.wishes, ignore: [...(read.facts.wishes?.ignore ?? []), ...avoid] } }),
    };
    const headers = { [MessageHeader.requestId]: requestId, [MessageHeader.facts]: JSON.stringify(facts) };
    const messageId = repetition === undefined ? requestId : `${requestId}:r${repetition}`;
    const subject = Subject.requestAcceptedDurable(PRIORITY);
    if (body.byteLength <= this.limits.messageBodyBytes) {
      return this.publisher.publish(subject, body, { headers, messageId });
    }
    await this.claims.put(requestId, body);
    return this.publisher.publish(subject, NO_BODY, {
      headers: { ...headers, [MessageHeader.bodyClaim]: requestId },
      messageId,
    });
  }
}
