import type { GuardVerdict } from '#libs/contracts';
import {
  AnswerStream,
  guardAnswer,
  judgeSpoken,
  Placeholders,
  type CompiledGuard,
  type GuardRefused,
  type GuardSources,
} from '#libs/guards';

const NOT_TEXT = /^(?:audio|image|video)\/|octet-stream/;
const JSON_TYPE = /json/;

/**
 * What stands between an answer and its caller: guards of answers, and the values that the request had placeholders for. Guards that
 * ask somebody else see an answer when all of it is there, so that a stream is held back until then.
 */
export class AnswerGuard {
  private readonly stream: AnswerStream;
  private readonly asks: boolean;
  private held: Uint8Array[] = [];
  private hasJudged = false;
  private hasPassed = false;
  private hasNoted = false;

  constructor(
    private readonly guards: readonly CompiledGuard[],
    private readonly placeholders: Placeholders,
    private readonly sources: GuardSources,
    /** Told once, when nothing more of the answer comes. */
    private readonly tell: (verdicts: readonly GuardVerdict[]) => void,
  ) {
    this.stream = new AnswerStream(guards, placeholders);
    this.asks = guards.some(({ find }) => find === undefined);
  }

  /** Has the record say why an answer was not passed on. */
  refused({ refusal }: GuardRefused): void {
    this.note(refusal.verdicts);
  }

  /** Has the record say what was found in the part of a stream that went out, where the rest does not: its caller has left, or it failed. */
  broken(): void {
    if (this.hasPassed) this.note(this.stream.verdicts);
  }

  private note(verdicts: readonly GuardVerdict[]): void {
    if (this.hasNoted) return;
    this.hasNoted = true;
    this.tell(verdicts);
  }

  /** Of a stream: the next bytes, and those that may go on. @throws GuardRefused */
  chunk(bytes: Uint8Array): string {
    if (!this.asks) {
      this.hasPassed = true;
      return this.stream.push(bytes);
    }
    this.held.push(Uint8Array.from(bytes));
    return '';
  }

  /** Of a stream: what is left at its end; undefined where nothing has to be waited for. @throws GuardRefused */
  end(): string | Promise<string> {
    if (this.asks) return this.endHeld();
    const rest = this.stream.end();
    this.note(this.stream.verdicts);
    return rest;
  }

  /** A plain answer, whole. @throws GuardRefused */
  async whole(bytes: Uint8Array, contentType = 'application/json'): Promise<Uint8Array> {
    if (NOT_TEXT.test(contentType)) return bytes;
    const guards = this.hasJudged ? [] : this.guards;
    const { body, verdicts } = await guardAnswer(Buffer.from(bytes).toString('utf8'), guards, {
      sources: this.sources,
      placeholders: this.placeholders,
      isJson: JSON_TYPE.test(contentType),
    });
    if (!this.hasJudged) this.note(verdicts);
    return Buffer.from(body);
  }

  /**
   * An answer as it may be kept: guarded, with placeholders where the caller's own gets values. The one that then goes out is not
   * judged again. @throws GuardRefused
   */
  async forKeeping<Answer extends object>(answer: Answer): Promise<Answer> {
    const { body, verdicts } = await guardAnswer(JSON.stringify(answer), this.guards, {
      sources: this.sources,
      placeholders: this.placeholders,
      isJson: true,
      restores: false,
    });
    if (!this.hasJudged) this.note(verdicts);
    this.hasJudged = true;
    return JSON.parse(body) as Answer;
  }

  /** All of a stream that was held back: others are asked about its texts, and then it goes through like any other. */
  private async endHeld(): Promise<string> {
    const events = Buffer.concat(this.held);
    this.held = [];
    const heard = new AnswerStream([], new Placeholders(), true);
    heard.push(events);
    heard.end();
    const { guards, verdicts } = await judgeSpoken(heard.spoken, this.guards, this.sources);
    const stream = new AnswerStream(guards, this.placeholders);
    const passed = stream.push(events) + stream.end();
    this.note([...stream.verdicts, ...verdicts]);
    return passed;
  }
}
