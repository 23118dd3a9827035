/** A request of a remote batch: its name there, and what the provider's adapter would send if it were called online. */
export interface NativeLine {
  /** Letters, digits, `_` and `-`, at most 64 of them: what every provider takes. */
  readonly customId: string;
  /** Path of the online request, without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** What is sent to a provider as one batch. */
export interface NativeOrder {
  /** Ours, for finding the batch again where a crash left its id unknown. */
  readonly name: string;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly lines: readonly NativeLine[];
  readonly signal: AbortSignal;
}

/**
 * How a remote batch stands. `ended`: it will do no more, and what it did can be fetched, be it all or a part. `failed`: it did
 * nothing. `gone`: the provider does not know it.
 */
export interface RemoteBatch {
  readonly state: 'running' | 'ended' | 'failed' | 'gone';
  /** The provider's own word for the state. */
  readonly status: string;
  /** Why it failed, in the provider's words. */
  readonly message?: string;
}

/** What came of one request: an answer as the provider would have given it online. Requests that were not done are not named. */
export interface NativeResult {
  readonly customId: string;
  readonly status: number;
  readonly body: string;
}

/** The batch API of a provider. Everything rejects with `ProviderFailure` where the provider refuses or cannot be reached. */
export interface NativeBatches {
  /** Most requests and bytes of one batch, by the provider's own limits. */
  readonly mostLines: number;
  readonly mostBytes: number;
  /** Fewer requests make no batch; absent where one will do. */
  readonly leastLines?: number;
  /** Whether `results` wants the lines that were submitted, which must then be made once more. */
  readonly needsLines?: boolean;
  /** Whether a request may be part of a batch. */
  takes(line: NativeLine): boolean;
  /** Resolves to the provider's id of the new batch. */
  submit(order: NativeOrder): Promise<string>;
  /** The id of a batch that was submitted under this name; absent where the provider keeps no names. */
  find?(name: string, signal: AbortSignal): Promise<string | undefined>;
  read(remoteId: string, signal: AbortSignal): Promise<RemoteBatch>;
  /** The results of a batch that has ended, in any order. `lines` are those that were submitted, where they are needed. */
  results(remoteId: string, lines: readonly NativeLine[], signal: AbortSignal): AsyncIterable<NativeResult>;
  /** Asks for the end of a batch; one that has ended already stays as it is. */
  cancel(remoteId: string, signal: AbortSignal): Promise<void>;
  /** Removes what the provider keeps of a batch whose results have been fetched, where it can. */
  discard?(remoteId: string, signal: AbortSignal): Promise<void>;
}
