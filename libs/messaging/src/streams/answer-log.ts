import { Stream } from '#libs/contracts';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { Messaging, Subscription } from '../messaging.js';
import { MessagingError } from '../messaging-error.js';

const STREAM = Stream.streamedAnswers.name;
const DIRECT_GET = `$JS.API.DIRECT.GET.${STREAM}`;
const FRAMES_PER_STEP = 256;
const STEP_WITHIN_MILLISECONDS = 5_000;
const END_OF_BATCH = 204;
const NOT_FOUND = 404;

/** Frames in the order in which they were kept, and the position in the stream behind the last of them. */
export interface KeptFrames {
  readonly frames: readonly IncomingMessage[];
  readonly next: number;
}

/**
 * Streamed answers that are kept as they come. They are published to their subject like any frame: who listens there hears of
 * them at once, and the stream keeps them for a while, so that what was missed is read from it.
 */
export class AnswerLog {
  constructor(private readonly messaging: Messaging) {}

  /** Keeps a frame for certain. @throws MessagingError where it is not kept within a moment. */
  async keep(subject: string, headers: Readonly<Record<string, string>>, data = ''): Promise<void> {
    await this.messaging.store(subject, data, { headers }, STEP_WITHIN_MILLISECONDS);
  }

  /** Frames as they come from now on. */
  listen(subject: string, onFrame: (frame: IncomingMessage) => void): Subscription {
    return this.messaging.subscribe(subject, onFrame);
  }

  /** Whether any frame is kept. @throws MessagingError */
  async has(subject: string): Promise<boolean> {
    return (await this.step(subject, 1, 1)).length > 0;
  }

  /** All frames that are kept, from a position in the stream on. @throws MessagingError */
  async read(subject: string, from: number): Promise<KeptFrames> {
    const frames: IncomingMessage[] = [];
    let next = from;
    for (;;) {
      const step = await this.step(subject, next, FRAMES_PER_STEP);
      const last = step.at(-1);
      if (!last) return { frames, next };
      frames.push(...step);
      next = Number(last.header('Nats-Sequence')) + 1;
      if (step.length < FRAMES_PER_STEP) return { frames, next };
    }
  }

  private async step(subject: string, sequence: number, batch: number): Promise<IncomingMessage[]> {
    const inbox = this.messaging.newInbox();
    const frames: IncomingMessage[] = [];
    let timer: NodeJS.Timeout | undefined;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const subscription = this.messaging.subscribe(inbox, (message) => {
      if (message.status === undefined) frames.push(message);
      else if (message.status === END_OF_BATCH || message.status === NOT_FOUND) resolve();
      else
        reject(
          new MessagingError('unavailable', `kept frames cannot be read: ${message.status} ${message.statusText}`),
        );
    });
    try {
      timer = setTimeout(
        () => reject(new MessagingError('timeout', `kept frames were not read within ${STEP_WITHIN_MILLISECONDS} ms`)),
        STEP_WITHIN_MILLISECONDS,
      );
      const query = { seq: sequence, batch, next_by_subj: subject };
      this.messaging.publish(DIRECT_GET, JSON.stringify(query), { reply: inbox });
      await promise;
      return frames;
    } finally {
      clearTimeout(timer);
      subscription.unsubscribe();
    }
  }
}
