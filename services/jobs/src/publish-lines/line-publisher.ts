import { Injectable } from '@nestjs/common';
import { encodeRequestEnded, MessageHeader, requestEndedSubject, Subject, type Facts } from '#libs/contracts';
import { AtomicBatchPublisher, BodyClaims, DurablePublisher } from '#libs/messaging';
import { metrics } from '#libs/telemetry';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { LineFacts } from './line-facts.js';
import { isMessageBatch } from '../validate-batch/batch-endpoints.policy.js';
import { LineError } from '../validate-batch/line-error.js';
import { readBatchLine, type BatchLine } from '../validate-batch/read-batch-line.js';
import { readMessageLine } from '../validate-batch/read-message-line.js';
import { refusedLineEvent } from './refused-line.policy.js';

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
    private readonly results: AtomicBatchPublisher,
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
    const read = this.read(batch, bytes);
    if (read instanceof LineError) return this.refuse(batch, { line, bytes, error: read });
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

  /** The line, or what is wrong with it where that does not concern the others. */
  private read(batch: Batch, bytes: Uint8Array): BatchLine | LineError {
    try {
      const { customIdCharacters } = this.limits;
      return readBatchLine(bytes, { endpoint: batch.endpoint, customIdCharacters });
    } catch (error) {
      if (error instanceof LineError && isMessageBatch(batch)) return error;
      throw error;
    }
  }

  /** Ends a line that cannot be sent: its terminal event is stored instead of its request. */
  private async refuse(batch: Batch, refused: { line: number; bytes: Uint8Array; error: LineError }): Promise<void> {
    const { line, bytes, error } = refused;
    const { customId } = readMessageLine(bytes);
    const event = refusedLineEvent(batch, { line, customId }, { error, at: new Date() });
    await this.results.publish(requestEndedSubject(event), encodeRequestEnded(event));
    const { outcome, lane, model } = event;
    metrics.requests.add({ outcome, lane, model });
  }
}
