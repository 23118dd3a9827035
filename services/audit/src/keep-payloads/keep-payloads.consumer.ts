import { Controller } from '@nestjs/common';
import { Consumer, MessageHeader, payloadCapturedSchema, payloadPartName } from '#libs/contracts';
import { ConsumeBatch, Undeliverable, type Decoded, type StreamMessage } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { openPayload } from '#libs/secrets';
import { KeepPayloadsHandler, type ArrivedPayload } from './keep-payloads.handler.js';

const BATCH_SIZE = 32;

/** Takes in prompts and answers; one that cannot be opened is buried by itself. */
@Controller()
export class KeepPayloadsConsumer {
  constructor(
    private readonly handler: KeepPayloadsHandler,
    private readonly settings: Settings,
  ) {}

  @ConsumeBatch(Consumer.auditPayloads, { size: BATCH_SIZE, decode: (bytes) => bytes })
  async consume(batch: readonly Decoded<Uint8Array>[]): Promise<void> {
    await this.handler.keep(batch.map(({ message }) => this.opened(message)));
  }

  private opened(message: StreamMessage): ArrivedPayload {
    try {
      const head = payloadCapturedSchema.parse(JSON.parse(message.header(MessageHeader.payload) ?? ''));
      return { head, bytes: openPayload(message.data, payloadPartName(head), this.settings.secretKey) };
    } catch (error) {
      throw new Undeliverable(`the message holds no payload: ${(error as Error).message}`);
    }
  }
}
