import { jetstreamManager, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { MessageHeader, Stream, StreamHeader } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import type { Messaging } from '../messaging.js';

const NO_MESSAGE = 10_037;
const STORE_WITHIN_MILLISECONDS = 5_000;
const OUR_HEADER = /^switchyard-dead-/i;
const STREAM_HEADER = /^nats-/i;

/** A message as it was before it was buried. */
export interface BuriedMessageContent {
  /** Id of the letter; by it the stream drops a repetition. */
  readonly letterId: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

/** Where a letter lies in DEAD_LETTERS. A position alone is not enough: a stream that was made again counts from one. */
export interface LetterPlace {
  readonly sequence: number;
  readonly buriedAtMilliseconds: number;
}

/** The headers that a dead letter's message had of its own, without those of its burial and of the stream. */
export function ownHeadersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => !OUR_HEADER.test(name) && !STREAM_HEADER.test(name));
  return Object.fromEntries(own);
}

/** What is done to dead letters besides keeping them: sending the message again, and taking the letter out of its stream. */
export class DeadLetters {
  private manager: JetStreamManager | undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly messaging: Messaging,
  ) {}

  /**
   * Publishes the message on its own subject, as it came, and waits until its stream has it. Sent twice within the stream's
   * duplicate window, it is there once; later, consumers know what they have done. @throws MessagingError
   */
  async sendAgain({ letterId, subject, headers, payload }: BuriedMessageContent): Promise<void> {
    const extras = {
      headers: {
        ...headers,
        [MessageHeader.redrivenFrom]: letterId,
        [StreamHeader.messageId]: `redrive:${letterId}`,
      },
    };
    await this.messaging.store(subject, payload, extras, STORE_WITHIN_MILLISECONDS);
  }

  /** Takes a letter out of DEAD_LETTERS, where it still lies there. @throws where JetStream does not answer. */
  async remove({ sequence, buriedAtMilliseconds }: LetterPlace): Promise<void> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    const { streams } = this.manager;
    const { name } = Stream.deadLetters;
    try {
      const message = await streams.getMessage(name, { seq: sequence });
      if (message?.time.getTime() === buriedAtMilliseconds) await streams.deleteMessage(name, sequence, true);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === NO_MESSAGE;
}
