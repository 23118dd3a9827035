import type { AnswerHead } from '#libs/contracts';
import { PassingReply } from './passing-reply.js';
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
export class RaceReply extends PassingReply {
  constructor(
    private readonly race: Race,
    private readonly lane: number,
    reply: ReplyChannel,
  ) {
    super(reply);
  }

  override head(answer: AnswerHead): void {
    if (this.race.claim(this.lane)) this.reply.head(answer);
  }

  override chunk(bytes: Uint8Array): void {
    if (this.race.claim(this.lane)) this.reply.chunk(bytes);
  }
}
