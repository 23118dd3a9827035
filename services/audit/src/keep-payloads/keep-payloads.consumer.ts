import { Controller } from '@nestjs/common';
import {
  Consumer,
  isPayloadOfSubject,
  MessageHeader,
  payloadCapturedSchema,
  payloadPartName,
  type PayloadCaptured,
} from '#libs/contracts';
import { ConsumeBatch, Undeliverable, type Decoded, type StreamMessage } from '#libs/messaging';
import { RequestSeals, Settings } from '#libs/runtime';
import { openPayload } from '#libs/secrets';
import { KeepPayloadsHandler, type ArrivedPayload } from './keep-payloads.handler.js';

const BATCH_SIZE = 32;

/** Takes in prompts and answers; one that cannot be opened, or is of a request that nobody accepted, is buried by itself. */
@Controller()
export class KeepPayloadsConsumer {
  constructor(
    private readonly handler: KeepPayloadsHandler,
    private readonly settings: Settings,
    private readonly seals: RequestSeals,
  ) {}

  @ConsumeBatch(Consumer.auditPayloads, { size: BATCH_SIZE, decode: (bytes) => bytes })
  async consume(batch: readonly Decoded<Uint8Array>[]): Promise<void> {
    await this.handler.keep(batch.map(({ message }) => this.opened(message)));
  }

  private opened(message: StreamMessage): ArrivedPayload {
    try {
      const head = payloadCapturedSchema.parse(JSON.parse(message.header(MessageHeader.payload) ?? ''));
      this.requireAccepted(head, message.subject);
      return { head, bytes: openPayload(message.data, payloadPartName(head), this.settings.secretKey) };
    } catch (error) {
      throw new Undeliverable(`the message holds no payload: ${(error as Error).message}`);
    }
  }

  private requireAccepted(head: PayloadCaptured, subject: string): void {
    const { requestId, organization, lane = '' } = head;
    if (isPayloadOfSubject(subject, head) && this.seals.isAccepted({ ...head, lane })) return;
    throw new Error(`${requestId} of ${organization} has no valid seal: nobody here accepted it`);
  }
}
