/** Requests that come at their own times, answered or not, or as many at once as there were answers. */
export type Arrivals =
  { readonly kind: 'open'; readonly perSecond: number } | { readonly kind: 'closed'; readonly inFlight: number };

/** What the load generator is told to do once. */
export interface LoadOrder {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  /** More fields of each body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** A header that is another with each request. */
  readonly newWithEach?: string;
  readonly isStream: boolean;
  readonly arrivals: Arrivals;
  readonly seconds: number;
}

/** Percentiles in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/**
 * What came of it. Latency and first byte count from the moment a request was due; `lateness` is how much later than that
 * the generator sent it, a part of both.
 */
export interface LoadResult {
  readonly answered: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly latency: Spread;
  readonly firstByte: Spread;
  readonly lateness: Spread;
}
