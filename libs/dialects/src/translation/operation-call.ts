import type { Facts, UnsupportedPolicy } from '#libs/contracts';

/** A call of an operation other than text, with what its translation needs. */
export interface OperationCall {
  readonly requestId: string;
  readonly facts: Pick<Facts, 'dialect'>;
  readonly body: Uint8Array;
  /** The provider's name of the model. */
  readonly model: string;
  readonly unsupported: UnsupportedPolicy;
  readonly signal: AbortSignal;
}

/** A whole answer in the caller's dialect, before it is written as JSON. */
export interface OperationAnswer {
  readonly json: object;
  /** What of the request was not carried or not honoured; one sentence each. */
  readonly warnings: readonly string[];
}
