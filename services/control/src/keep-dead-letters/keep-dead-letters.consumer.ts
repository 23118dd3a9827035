import { Controller } from '@nestjs/common';
import { Consumer } from '#libs/contracts';
import { ConsumeBatch, type Decoded } from '#libs/messaging';
import { buriedMessageOf } from './dead-letter.js';
import { DeadLettersRepository } from './dead-letters.repository.js';

const BATCH_SIZE = 20;
const asItIs = (data: Uint8Array): Uint8Array => data;

/** Takes what is buried into Postgres. */
@Controller()
export class KeepDeadLettersConsumer {
  constructor(private readonly letters: DeadLettersRepository) {}

  @ConsumeBatch(Consumer.deadLetters, { size: BATCH_SIZE, decode: asItIs })
  consume(batch: readonly Decoded<Uint8Array>[]): Promise<void> {
    return this.letters.keep(batch.map(({ message }) => buriedMessageOf(message)));
  }
}
