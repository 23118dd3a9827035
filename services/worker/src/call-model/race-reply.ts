import type { AnswerHead } from '#libs/contracts';
import type { ReplyChannel } from './reply-channel.js';

/** Which of two attempts at the same request answers the caller: the one that begins first. */
export class Race {
  /** The lane that answers; undefined while neither has begun. */
  winner: number | undefined;

  constructor(private readonly onWon: (lane: number) => void) {}

  /** Whether the lane answers; the first to ask does. */
  claim(lane: number): boolean {
    if (this.winner === undefined) {
      this.winner = lane;
      this.onWon(lane);
    }
    return this.winner === lane;
  }
}

/** The way back of one of the two: open once it has begun first, shut once the other has. */
export class RaceReply implements ReplyChannel {
  constructor(
    private readonly race: Race,
    private readonly lane: number,
    private readonly reply: ReplyChannel,
  ) {}

  head(answer: AnswerHead): void {
    if (this.race.claim(this.lane)) this.reply.head(answer);
  }

  chunk(bytes: Uint8Array): void {
    if (this.race.claim(this.lane)) this.reply.chunk(bytes);
  }

  end(answer: AnswerHead, terminalEvent: string): void {
    this.reply.end(answer, terminalEvent);
  }

  whole(body: Uint8Array, answer: AnswerHead, terminalEvent: string): void {
    this.reply.whole(body, answer, terminalEvent);
  }

  error(answer: AnswerHead, terminalEvent: string): void {
    this.reply.error(answer, terminalEvent);
  }

  alive(answer: AnswerHead): void {
    this.reply.alive(answer);
  }
}
