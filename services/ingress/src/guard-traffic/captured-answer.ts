import type { AnswerHead } from '#libs/contracts';
import type { CallerResponse } from '../answer-caller/caller-response.js';

/** An answer that is for us and for no caller: a promise in the place of a connection. */
export class CapturedAnswer {
  readonly answered: Promise<{ readonly body: Buffer; readonly answer: AnswerHead }>;
  private resolve: (value: { body: Buffer; answer: AnswerHead }) => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;
  private readonly parts: Uint8Array[] = [];
  private isLeft = false;

  constructor() {
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.answered.catch(() => undefined);
  }

  /** In the form that calls are answered in. */
  get response(): CallerResponse {
    const response: Partial<Record<keyof CallerResponse, unknown>> = {
      isRepeat: false,
      hasBegun: false,
      isRefused: false,
      addHeaders: () => undefined,
      head: () => undefined,
      begin: () => undefined,
      chunk: () => true,
      keepAlive: () => undefined,
      end: () => this.reject(new Error('a stream came where none was asked for')),
      abandon: () => this.leave(),
      part: (bytes: Uint8Array) => this.parts.push(bytes),
      whole: (body: Uint8Array, answer: AnswerHead) =>
        this.resolve({ body: Buffer.concat([...this.parts, body]), answer }),
      error: ({ error }: AnswerHead) => this.reject(new Error(error?.message ?? 'the call failed')),
    };
    Object.defineProperty(response, 'isGone', { get: () => this.isLeft });
    return response as unknown as CallerResponse;
  }

  /** Nobody waits for it any more. */
  leave(): void {
    this.isLeft = true;
    this.reject(new Error('there was no answer in time'));
  }
}
