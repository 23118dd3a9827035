import { z } from 'zod';
import type { StatisticBound, Wishes } from '#libs/contracts';

const names = z.array(z.string().min(1).max(200)).max(20);
const amount = z.number().positive().max(1e9);
const percentiles = z.looseObject({
  p50: amount.nullish(),
  p75: amount.nullish(),
  p90: amount.nullish(),
  p99: amount.nullish(),
});
const bound = z.union([amount, percentiles]);
/** US dollars; callers of OpenRouter send numbers and decimal texts. */
const dollars = z.union([
  z.number().nonnegative().max(1e9),
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,12})?$/, 'must be an amount in US dollars')
    .transform(Number),
]);
const SORTS = 'must be price, throughput or latency';
const sortName = z.enum(['price', 'throughput', 'latency', 'exacto'], { error: SORTS });

/**
 * OpenRouter's `provider` object, as far as it says where a request may go. What else stands in it means something to OpenRouter
 * only. Source: OpenRouter's guide to provider routing.
 */
export const openrouterProvider = z.looseObject({
  order: names.nullish(),
  allow_fallbacks: z.boolean().nullish(),
  require_parameters: z.boolean().nullish(),
  data_collection: z.enum(['allow', 'deny']).nullish(),
  zdr: z.boolean().nullish(),
  only: names.nullish(),
  ignore: names.nullish(),
  sort: z
    .union([sortName, z.looseObject({ by: sortName.nullish(), partition: z.enum(['model', 'none']).nullish() })], {
      error: SORTS,
    })
    .nullish(),
  max_price: z
    .looseObject({
      prompt: dollars.nullish(),
      completion: dollars.nullish(),
      request: dollars.nullish(),
      image: dollars.nullish(),
    })
    .nullish(),
  preferred_min_throughput: bound.nullish(),
  preferred_max_latency: bound.nullish(),
});
export type OpenrouterProvider = z.infer<typeof openrouterProvider>;

const NANO_USD_PER_USD = 1e9;
const MILLISECONDS_PER_SECOND = 1_000;

/** What OpenRouter's `provider` object wishes. Latency is given in seconds there. */
export function wishesOfProvider(provider: OpenrouterProvider): Wishes {
  const { order, only, ignore, sort, max_price: price } = provider;
  const by = typeof sort === 'string' ? sort : sort?.by;
  const minThroughput = boundOf(provider.preferred_min_throughput, 1);
  const maxLatency = boundOf(provider.preferred_max_latency, MILLISECONDS_PER_SECOND);
  return {
    ...(isFilled(order) ? { order } : {}),
    ...(isFilled(only) ? { only } : {}),
    ...(isFilled(ignore) ? { ignore } : {}),
    ...(provider.allow_fallbacks === false ? { allowFallbacks: false } : {}),
    ...(provider.require_parameters === true ? { requireParameters: true } : {}),
    ...(provider.data_collection === 'deny' ? { noTraining: true } : {}),
    ...(provider.zdr === true ? { zeroRetention: true } : {}),
    // By quality in tool calls, which nobody measures here: the model's own strategy stands.
    ...(by && by !== 'exacto' ? { sort: by } : {}),
    ...(price ? priceOf(price) : {}),
    ...(minThroughput ? { minThroughput } : {}),
    ...(maxLatency ? { maxLatency } : {}),
  };
}

function isFilled(list: string[] | null | undefined): list is string[] {
  return Array.isArray(list) && list.length > 0;
}

function priceOf(price: NonNullable<OpenrouterProvider['max_price']>): Pick<Wishes, 'maxPrice'> {
  const { prompt, completion, request, image } = price;
  const maxPrice = {
    ...(typeof prompt === 'number' ? { promptNanoUsdPerMillion: nanoUsd(prompt) } : {}),
    ...(typeof completion === 'number' ? { completionNanoUsdPerMillion: nanoUsd(completion) } : {}),
    ...(typeof request === 'number' ? { requestNanoUsd: nanoUsd(request) } : {}),
    ...(typeof image === 'number' ? { imageNanoUsd: nanoUsd(image) } : {}),
  };
  return Object.keys(maxPrice).length === 0 ? {} : { maxPrice };
}

function nanoUsd(dollarAmount: number): string {
  return BigInt(Math.round(dollarAmount * NANO_USD_PER_USD)).toString();
}

/** Of several percentiles the one nearest to the median, which is known best. */
function boundOf(given: z.infer<typeof bound> | null | undefined, factor: number): StatisticBound | undefined {
  if (given === null || given === undefined) return undefined;
  if (typeof given === 'number') return { value: given * factor, percentile: 50 };
  for (const percentile of [50, 75, 90, 99] as const) {
    const value = given[`p${percentile}`];
    if (typeof value === 'number') return { value: value * factor, percentile };
  }
  return undefined;
}
