import { describeModel } from '#libs/catalogue';
import type { ModelLimits, TargetEntry } from '#libs/contracts';
import type { TokenAmounts, TokenPrices } from '#libs/pricing';

import type { TargetFields } from './configuration-file.js';
import type { AmountFields, PriceFields, UnknownPriceFields } from './price-fields.js';
import { versionedPrices } from './prices/price-overrides.js';
import { pricedKinds } from './provider-kinds.js';
import { assembleTargetRouting } from './routing-policies/assemble-routing.js';

const FREE: AmountFields = { inputPerMillion: '0', outputPerMillion: '0' };
const MINUTES_PER_HOUR = 60n;

/** Ids of Bedrock that get no prefix: of a profile, or whole. */
const PREFIXED = /^(?:[a-z-]+\.){2}|^arn:/;

/** What a target is assembled from besides its own fields. */
export interface TargetSurroundings {
  readonly provider: {
    readonly kind: string;
    readonly baseUrl?: string | undefined;
    /** What Bedrock puts before model ids; calls across regions have prices of their own. */
    readonly profilePrefix?: string | undefined;
  };
  readonly unknownPrice: UnknownPriceFields;
  /** The day whose listed prices apply, YYYY-MM-DD; today where it is undefined. */
  readonly date: string | undefined;
}

/** A target as the snapshot holds it: its price and limits are those of the file, else those of the catalogue. */
export function assembleTarget(
  target: TargetFields,
  priorityByPlace: number,
  surroundings: TargetSurroundings,
): TargetEntry {
  const { provider, date } = surroundings;
  const known = describeModel({ ...provider, model: nameInCalls(target.model, provider), date });
  const { prices, ...source } = pricesOf(target, surroundings, known.prices);
  const batchDiscount = target.price ? target.price.batchDiscount : known.batchDiscount;
  const limits = { ...known.limits, ...limitsOf(target) };
  return {
    provider: target.provider,
    model: target.model,
    priority: target.priority ?? priorityByPlace,
    weight: target.weight,
    ...versionedPrices(target, prices, { batchDiscount, images: target.price?.images }),
    ...source,
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...assembleTargetRouting(target),
  };
}

function nameInCalls(model: string, { profilePrefix }: TargetSurroundings['provider']): string {
  return profilePrefix === undefined || PREFIXED.test(model) ? model : `${profilePrefix}.${model}`;
}

function pricesOf(
  { price, provider, model }: TargetFields,
  { provider: { kind }, unknownPrice }: TargetSurroundings,
  listed: TokenPrices | undefined,
): { prices: TokenPrices } & Pick<TargetEntry, 'priceSource'> {
  if (price) return { prices: pricesFrom(price) };
  if (listed) return { prices: listed, priceSource: 'catalogue' };
  if (!pricedKinds.has(kind)) return { prices: amountsFrom(FREE) };
  if (unknownPrice !== 'refuse') return { prices: amountsFrom(unknownPrice.ceiling), priceSource: 'ceiling' };
  throw new Error(`The target ${provider} ${model} has no price, which the checks of the file let through.`);
}

/** A price of the file in the terms of the contracts. */
export function pricesFrom(price: PriceFields): TokenPrices {
  const { tiers, inputPerMillion, outputPerMillion, batchDiscount: _ofBatches, images: _ofImages, ...rest } = price;
  const { perRequest, perImage, perMinuteOfAudio, perHourOfAudio, perMillionCharacters, ...others } = rest;
  const { perThousandSearches, perThousandWebSearches, ...amounts } = others;
  const isWithoutTokenPrice = inputPerMillion === undefined || outputPerMillion === undefined;
  const { inputPerMillion: zero } = FREE;
  return {
    ...amountsFrom({
      ...amounts,
      inputPerMillion: inputPerMillion ?? zero,
      outputPerMillion: outputPerMillion ?? zero,
    }),
    ...(tiers
      ? {
          tiers: tiers.map(({ abovePromptTokens, ...above }) => ({ abovePromptTokens, ...amountsFrom(above) })),
        }
      : {}),
    ...given({
      nanoUsdPerRequest: perRequest,
      nanoUsdPerImage: perImage,
      nanoUsdPerHourOfAudio: perHourOfAudio ?? hourly(perMinuteOfAudio),
      nanoUsdPerMillionCharacters: perMillionCharacters,
      nanoUsdPerThousandSearches: perThousandSearches,
      nanoUsdPerThousandWebSearches: perThousandWebSearches,
    }),
    ...(isWithoutTokenPrice ? { isWithoutTokenPrice } : {}),
  };
}

function hourly(perMinute: string | undefined): string | undefined {
  return perMinute === undefined ? undefined : (BigInt(perMinute) * MINUTES_PER_HOUR).toString();
}

function given<Name extends string>(
  amounts: Readonly<Record<Name, string | undefined>>,
): Partial<Record<Name, string>> {
  const entries = Object.entries(amounts).filter(([, amount]) => amount !== undefined);
  return Object.fromEntries(entries) as Partial<Record<Name, string>>;
}

/** `inputPerMillion` of the file is `inputNanoUsdPerMillion` of the contracts: read into nano-USD already. */
function amountsFrom(fields: AmountFields): TokenAmounts {
  const further = Object.entries(fields).flatMap(([field, amount]) =>
    amount === undefined ? [] : [[field.replace('PerMillion', 'NanoUsdPerMillion'), amount]],
  );
  const { inputPerMillion, outputPerMillion } = fields;
  return {
    inputNanoUsdPerMillion: inputPerMillion,
    outputNanoUsdPerMillion: outputPerMillion,
    ...Object.fromEntries(further),
  };
}

function limitsOf(target: TargetFields): ModelLimits {
  const { contextWindow, maxOutputTokens, inputModalities, outputModalities, abilities } = target;
  const limits = { contextWindow, maxOutputTokens, inputModalities, outputModalities, abilities };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
