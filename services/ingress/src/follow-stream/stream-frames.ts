import { FrameKind, MessageHeader, type AnswerHead } from '#libs/contracts';
import type { AnswerLog, IncomingMessage } from '#libs/messaging';

const IDLE_MILLISECONDS = 1_000;
/** Frames that wait for a slow reader; beyond them they are read from the stream again. */
const MOST_WAITING = 500;

/**
 * What happens in a streamed answer that is followed. `begin`: it is known, with what was said of it then, and `isWaiting` while nothing
 * else has come. `head`: it comes. `idle`: nothing, for a second.
 */
export type StreamStep =
  | {
      readonly kind: 'begin';
      readonly dialect: string | undefined;
      readonly bytes: Uint8Array;
      readonly isWaiting: boolean;
    }
  | {
      readonly kind: 'head';
      readonly dialect: string | undefined;
      readonly isFirst: boolean;
      readonly generation: number;
    }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly answer: AnswerHead }
  | { readonly kind: 'restarted' | 'lost' | 'idle' };

type Place = 'next' | 'seen' | 'restarted' | 'gap';

/**
 * Follows a streamed answer from its first frame: what is kept, then what comes, in order and without a gap. Of an answer that was
 * begun again the newest beginning is followed.
 */
export class StreamFrames {
  private readonly waiting: IncomingMessage[] = [];
  private wake: (() => void) | undefined;
  private position = 1;
  private generation: number | undefined;
  private firstGeneration: number | undefined;
  private sequence = 0;
  private mustRead = true;
  private isIdle = false;

  constructor(
    private readonly log: AnswerLog,
    private readonly subject: string,
  ) {}

  async *follow(signal: AbortSignal): AsyncGenerator<StreamStep> {
    const subscription = this.log.listen(this.subject, (frame) => this.hear(frame));
    const stop = (): void => this.wake?.();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        const isRead = this.mustRead;
        for (const frame of isRead ? await this.read() : await this.next(signal)) {
          const step = this.take(frame, isRead);
          if (step) yield step;
        }
        if (!this.isIdle) continue;
        this.isIdle = false;
        yield { kind: 'idle' };
      }
    } finally {
      signal.removeEventListener('abort', stop);
      subscription.unsubscribe();
    }
  }

  private hear(frame: IncomingMessage): void {
    if (this.waiting.length >= MOST_WAITING) {
      this.waiting.length = 0;
      this.mustRead = true;
    } else this.waiting.push(frame);
    this.wake?.();
  }

  private async read(): Promise<readonly IncomingMessage[]> {
    this.mustRead = false;
    const { frames, next } = await this.log.read(this.subject, this.position);
    this.position = next;
    if (this.generation === undefined) {
      const generations = frames.flatMap((frame) => generationOf(frame) ?? []);
      this.firstGeneration = generations[0];
      if (generations.length > 0) this.generation = Math.max(...generations);
    }
    return frames;
  }

  /** Those that came meanwhile, or after a while without any the sign to look into the stream: a connection may have been lost. */
  private async next(signal: AbortSignal): Promise<readonly IncomingMessage[]> {
    if (this.waiting.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.isIdle = true;
          this.mustRead = true;
          resolve();
        }, IDLE_MILLISECONDS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    return this.waiting.splice(0);
  }

  /** What is missing in the stream itself, which keeps frames in their order, will not come any more. */
  private take(frame: IncomingMessage, isRead: boolean): StreamStep | undefined {
    const kind = frame.header(MessageHeader.frame) as FrameKind | undefined;
    const dialect = frame.header(MessageHeader.dialect);
    if (kind === FrameKind.begin)
      return { kind: 'begin', dialect, bytes: frame.data, isWaiting: this.generation === undefined };
    const place = this.placeOf(frame);
    if (place === 'restarted') return { kind: 'restarted' };
    if (place === 'gap' && isRead) return { kind: 'lost' };
    if (place === 'gap') this.mustRead = true;
    if (place !== 'next') return undefined;
    if (kind === undefined) return { kind: 'chunk', bytes: frame.data };
    if (kind === FrameKind.end) return { kind: 'end' };
    const answer = JSON.parse(frame.header(MessageHeader.answer) ?? '{}') as AnswerHead;
    if (kind === FrameKind.error) return { kind: 'error', answer };
    const generation = this.generation ?? 0;
    const isFirst = generation === this.firstGeneration;
    return { kind: 'head', dialect, isFirst, generation };
  }

  private placeOf(frame: IncomingMessage): Place {
    const generation = generationOf(frame) ?? 0;
    const sequence = Number(frame.header(MessageHeader.sequence));
    this.firstGeneration ??= generation;
    this.generation ??= generation;
    if (generation < this.generation) return 'seen';
    if (generation > this.generation) return this.supersede(generation, sequence);
    if (sequence < this.sequence) return 'seen';
    if (sequence > this.sequence) return 'gap';
    this.sequence++;
    return 'next';
  }

  /** An answer that is begun again before anything of it was seen is followed like any other. */
  private supersede(generation: number, sequence: number): Place {
    if (this.sequence > 0) return 'restarted';
    this.generation = generation;
    if (sequence > 0) return 'gap';
    this.sequence = 1;
    return 'next';
  }
}

function generationOf(frame: IncomingMessage): number | undefined {
  const text = frame.header(MessageHeader.generation);
  return text === undefined ? undefined : Number(text);
}
