import type { Usage } from '#libs/contracts';

/**
 * How a model is brought to go on with a text: by an assistant's message at the end, which some models continue and others
 * refuse, or by a user's message after it that asks for the rest.
 */
export type ContinuationStyle = 'prefill' | 'instruction';

/** How the rest of an answer is asked for. */
export interface RestOrder {
  readonly style: ContinuationStyle;
  /** What was answered so far, in tokens; it counts against the caller's own bound. */
  readonly answeredTokens: number;
}

/**
 * A streamed answer that may have to be continued by another model. It follows what the caller gets; after a break the next
 * answer's events become the rest of the first: one beginning, one end, no text twice. Events come and go as whole ones, in the
 * dialect's form.
 */
export interface StreamContinuation {
  /** Whether what the caller has so far can be gone on with: text, and nothing that only its own model could go on with. */
  readonly canGoOn: boolean;
  /** Why the answer ended, once the caller has been told; then nothing but the end mark may be missing. */
  readonly finishReason: string | undefined;
  /** What the caller gets for these events. @throws DialectStreamError for what is no event of the dialect. */
  relay(events: Uint8Array): Buffer;
  /**
   * The caller's request with the answer so far; all other bytes as they came. `used_up` where the caller's bound leaves no room
   * for more, undefined where such a request cannot be gone on with.
   */
  requestForRest(body: Uint8Array, order: RestOrder): Buffer | 'used_up' | undefined;
  /** From here on another answer comes. `usage`: of those before it, with the first one's prompt. */
  resume(style: ContinuationStyle, usage: Usage): void;
  /** What is missing of the end; without a reason so far it is that the answer is as long as it may be. */
  end(usage: Usage): Buffer;
}
