/** What a service cannot do its work without, besides NATS. */
export interface ServiceNeeds {
  /** Before it holds a snapshot it takes no message: a router or a worker that knows no model would end the requests as impossible. */
  readonly needsConfiguration?: boolean;
  /** Before it has read the keys of the admin API it takes none either: it would not know what they are bound to. */
  readonly needsKeys?: boolean;
}

/** Where these things come from. */
export interface NeededParts {
  readonly snapshotWatch: { readonly ready: Promise<void> };
  readonly keys: { readonly ready: Promise<void>; start(): void };
}

/** Resolves when a service has what it needs to take its first message. */
export async function needsMet(
  { needsConfiguration = false, needsKeys = false }: ServiceNeeds,
  { snapshotWatch, keys }: NeededParts,
): Promise<void> {
  if (needsKeys) keys.start();
  await Promise.all([needsConfiguration ? snapshotWatch.ready : undefined, needsKeys ? keys.ready : undefined]);
}
