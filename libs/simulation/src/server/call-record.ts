/**
 * How a call ended for the sim provider: answered in full (or with the rubbish asked for), cut by the sim provider,
 * left by the client before the end, or refused with an error status.
 */
export type CallOutcome = 'answered' | 'cut' | 'aborted-by-client' | 'refused';

/**
 * One line of the sim provider's log, its independent bill: what was asked and how many tokens were really generated,
 * whatever the answer claimed. Holds no prompt and no key, only their SHA-256 in hexadecimal.
 */
export interface CallRecord {
  /** When the call arrived, ISO 8601. */
  readonly time: string;
  /** 1 for the first call of this process, without gaps in order of arrival; lines are written as calls end. */
  readonly sequence: number;
  /** The caller's `x-request-id` header. */
  readonly requestId: string | null;
  readonly model: string | null;
  readonly stream: boolean;
  /** The status sent; 0 when the client was gone before it, or none was ever sent. */
  readonly status: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly outcome: CallOutcome;
  /** Of the text of the last user message. */
  readonly promptSha256: string | null;
  /** Of the bearer token, or the `x-api-key`. */
  readonly authorizationSha256: string | null;
  readonly durationMilliseconds: number;
}
