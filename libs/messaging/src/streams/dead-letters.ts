import { jetstreamManager, JetStreamApiError, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import { DeadLetterHeader, Stream, SubjectPattern, type DeadLetter } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import type { DurablePublisher } from './durable-publisher.js';

const NO_MESSAGE = 10_037;
const OUR_HEADER = /^switchyard-dead-/i;
const STREAM_HEADER = /^nats-/i;

/** A dead letter with what it holds. */
export interface OpenDeadLetter {
  readonly letter: DeadLetter;
  /** The message's own, without those of the stream and of its burial. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

/**
 * The messages that rest in DEAD_LETTERS. One that is sent again goes out as it came, on its own subject, under a message id of its
 * letter, and only then is the letter taken away: sent twice, the stream drops the second, and consumers know what they have done.
 */
export class DeadLetters {
  private manager: JetStreamManager | undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly publisher: DurablePublisher,
  ) {}

  /** Oldest first, from behind the letter `after`. @throws where JetStream does not answer. */
  async list({ after, limit }: { after: number; limit: number }): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    let next = after + 1;
    while (letters.length < limit) {
      const message = await this.read({ seq: next, next_by_subj: SubjectPattern.deadLetters });
      if (!message) break;
      letters.push(letterOf(message));
      next = message.seq + 1;
    }
    return letters;
  }

  /** Undefined for one that is not there. */
  async open(sequence: number): Promise<OpenDeadLetter | undefined> {
    const message = await this.read({ seq: sequence });
    return message && { letter: letterOf(message), headers: ownHeaders(message), payload: message.data };
  }

  /** Sends the message again and takes the letter away. Undefined for one that is not there. */
  async redrive(sequence: number): Promise<DeadLetter | undefined> {
    const found = await this.open(sequence);
    if (!found) return undefined;
    const { letter, headers, payload } = found;
    await this.publisher.publish(letter.subject, payload, {
      headers,
      messageId: `redrive:${sequence}:${letter.buriedAt}`,
    });
    await this.discard(sequence);
    return letter;
  }

  /** Takes a letter away for good; returns it, or undefined for one that is not there. */
  async discard(sequence: number): Promise<DeadLetter | undefined> {
    const message = await this.read({ seq: sequence });
    if (!message) return undefined;
    const { streams } = await this.jetstream();
    await streams.deleteMessage(Stream.deadLetters.name, sequence, true).catch(async (error: unknown) => {
      // Somebody else may have taken it away meanwhile.
      if (await this.read({ seq: sequence })) throw error;
    });
    return letterOf(message);
  }

  private async read(query: { seq: number; next_by_subj?: string }): Promise<StoredMsg | undefined> {
    const { streams } = await this.jetstream();
    try {
      return (await streams.getMessage(Stream.deadLetters.name, query)) ?? undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private async jetstream(): Promise<JetStreamManager> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    return this.manager;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === NO_MESSAGE;
}

function letterOf(message: StoredMsg): DeadLetter {
  const text = (name: string): string => message.header.get(name);
  return {
    sequence: message.seq,
    consumer: text(DeadLetterHeader.consumer),
    reason: text(DeadLetterHeader.reason),
    deliveries: Number(text(DeadLetterHeader.deliveries)),
    subject: text(DeadLetterHeader.subject),
    stream: text(DeadLetterHeader.stream),
    streamSequence: Number(text(DeadLetterHeader.sequence)),
    buriedAt: message.time.getTime(),
    bytes: message.data.length,
  };
}

function ownHeaders(message: StoredMsg): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, [value]] of message.header)
    if (!OUR_HEADER.test(name) && !STREAM_HEADER.test(name)) own[name] = value ?? '';
  return own;
}
