/** What the process of the bare loop is told once, on its command line. */
export interface BareLoopSetUp {
  readonly natsUrl: string;
  readonly upstreamUrl: string;
  readonly upstreamKey: string;
  readonly model: string;
  readonly promptsFile: string;
}

/** First all jobs are put into the queue, then, when told, they are done. */
export type BareLoopOrder = { readonly kind: 'fill'; readonly jobs: number } | { readonly kind: 'run' };

export interface BareLoopResult {
  readonly seconds: number;
}
