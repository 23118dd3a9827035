/** As much of a price of the configuration as says whose it is and since when. */
interface TimedPrice {
  readonly provider?: unknown;
  readonly model?: unknown;
  readonly effectiveFrom?: unknown;
}

/** The prices that hold at a moment, and when others will. */
export interface PricesInForce<Entry> {
  /** One for each provider and model: the one that began last. */
  readonly entries: readonly Entry[];
  /** The first moment after, in Unix milliseconds, at which another price begins. */
  readonly nextChangeAt?: number;
}

/** Of these prices those that hold at `now` (Unix milliseconds). What names no provider or model holds for none. */
export function pricesInForce<Entry extends TimedPrice>(prices: readonly Entry[], now: number): PricesInForce<Entry> {
  const newest = new Map<string, { readonly entry: Entry; readonly since: number }>();
  let nextChangeAt = Infinity;
  for (const entry of prices) {
    const since = beginningOf(entry);
    if (typeof entry.provider !== 'string' || typeof entry.model !== 'string' || Number.isNaN(since)) continue;
    if (since > now) {
      nextChangeAt = Math.min(nextChangeAt, since);
      continue;
    }
    const place = placeOf(entry.provider, entry.model);
    if (since >= (newest.get(place)?.since ?? -Infinity)) newest.set(place, { entry, since });
  }
  return {
    entries: [...newest.values()].map(({ entry }) => entry),
    ...(nextChangeAt === Infinity ? {} : { nextChangeAt }),
  };
}

/** Whether a price holds at a moment, will, or has been followed by a later one. */
export function standingOf<Entry extends TimedPrice>(
  entry: Entry,
  all: readonly Entry[],
  now: number,
): 'in_force' | 'scheduled' | 'superseded' {
  if (beginningOf(entry) > now) return 'scheduled';
  return pricesInForce(all, now).entries.includes(entry) ? 'in_force' : 'superseded';
}

/** Equal for prices of one model at one provider. */
export function placeOf(provider: string, model: string): string {
  return JSON.stringify([provider, model]);
}

function beginningOf({ effectiveFrom }: TimedPrice): number {
  if (effectiveFrom === undefined) return -Infinity;
  return typeof effectiveFrom === 'string' ? Date.parse(effectiveFrom) : NaN;
}
