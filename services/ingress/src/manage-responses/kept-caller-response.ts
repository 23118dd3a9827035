import type { ServerResponse } from 'node:http';
import type { AnswerHead } from '#libs/contracts';
import { FinalEventHold, type CallerDialect, type FinishedResponse } from '#libs/dialects';
import { GuardRefused } from '#libs/guards';
import { warningsHeader } from '../answer-caller/answer-headers.js';
import { CallerResponse } from '../answer-caller/caller-response.js';

/** Whom a response goes to, and in which form errors are told. */
export interface Recipient {
  readonly raw: ServerResponse;
  readonly requestId: string;
  readonly dialect: CallerDialect;
}

/** A finished response as its caller is to see it. */
export interface KeptResponse {
  readonly response: FinishedResponse;
  /** What the caller would not expect of how it was kept, or that it was not. */
  readonly warning?: string;
}

/** Keeps a finished response; `isRepeat` says whether it has been given before, to an equal request. */
export type Keep = (response: FinishedResponse, isRepeat: boolean) => Promise<KeptResponse>;

const NOT_KEPT = {
  class: 'server_error',
  code: 'response_not_stored',
  message: "The response could not be stored; try again, or send 'store: false' if you do not need it kept.",
} as const;

/**
 * A response that is kept before its caller sees the end of it: a plain one is held until then, of a stream the last event.
 * What could not be kept ends with an error, since callers would build on it. A warning of how it was kept is a header, of a
 * stream a trailer.
 */
export class KeptCallerResponse extends CallerResponse {
  /** Resolves when nothing is to be kept any more. */
  readonly settled: Promise<void>;
  private settle: () => void = () => undefined;
  private readonly hold = new FinalEventHold();
  private pieces: Uint8Array[] = [];
  private lateWarning: string | undefined;

  constructor(
    { raw, requestId, dialect }: Recipient,
    private readonly keep: Keep,
  ) {
    super(raw, requestId, dialect);
    this.settled = new Promise((resolve) => (this.settle = resolve));
    raw.once('close', this.settle);
  }

  override chunk(bytes: Uint8Array): boolean {
    const events = this.hold.push(bytes);
    return events.length === 0 || super.chunk(events);
  }

  override end(answer: AnswerHead): void {
    const { response } = this.hold;
    if (!response) return super.end(answer);
    this.hold.response = undefined;
    void this.afterKeeping(response, answer, ({ response: kept, warning }) => {
      super.chunk(this.hold.encode(kept));
      this.lateWarning = warning;
      super.end(answer);
    });
  }

  override part(bytes: Uint8Array): void {
    this.pieces.push(bytes);
  }

  override whole(body: Uint8Array, answer: AnswerHead): void {
    const bytes = Buffer.concat([...this.pieces, body]);
    this.pieces = [];
    const response = JSON.parse(bytes.toString('utf8')) as FinishedResponse;
    void this.afterKeeping(response, answer, ({ response: kept, warning }) =>
      super.whole(
        kept === response ? bytes : Buffer.from(JSON.stringify(kept)),
        warning === undefined ? answer : { ...answer, warnings: [...(answer.warnings ?? []), warning] },
      ),
    );
  }

  protected override trailersOf(answer: AnswerHead): Record<string, string> {
    const { lateWarning } = this;
    return {
      ...super.trailersOf(answer),
      ...(lateWarning === undefined ? {} : warningsHeader({ warnings: [lateWarning] })),
    };
  }

  private async afterKeeping(
    response: FinishedResponse,
    answer: AnswerHead,
    write: (kept: KeptResponse) => void,
  ): Promise<void> {
    try {
      const kept = this.guard ? await this.guard.forKeeping(response) : response;
      write(await this.keep(kept, this.isRepeat));
    } catch (error) {
      if (error instanceof GuardRefused) return this.refuse(error, answer);
      this.error({ ...answer, status: 503, retryAfterSeconds: 1, error: NOT_KEPT });
    } finally {
      this.settle();
    }
  }
}
