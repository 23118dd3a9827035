import { OPERATIONS, type Operation, type ProviderEntry, type TargetEntry } from '#libs/contracts';
import { missingAmountFor, type ImageVariant } from '#libs/pricing';
import { hashText } from './hash-text.js';
import { priceNumbersOf, type PriceNumbers } from './price-numbers.js';

/** A target and what decisions need of it again and again, worked out once for each revision. */
export interface PlacedTarget {
  readonly entry: TargetEntry;
  readonly provider: ProviderEntry | undefined;
  /** Equal for equal provider and provider's model. */
  readonly key: string;
  /** Of provider and provider's model, for strategies that go by hashes. */
  readonly hash: number;
  /** Its own, or else its provider's. */
  readonly region: string | undefined;
  /** Whether what it is sent may be trained on and may be kept: its own policy, or else its provider's. */
  readonly training: boolean | undefined;
  readonly retention: boolean | undefined;
  readonly numbers: PriceNumbers;
  /** Operations that its price has no amount for, each with the field of the configuration that is missing. */
  readonly missingAmounts: ReadonlyMap<Operation, string>;
  /** The same target for images that have a price of their own; undefined where none has. */
  readonly images: readonly PlacedImage[] | undefined;
}

/** A target for images of a size or a quality. */
export interface PlacedImage extends ImageVariant {
  readonly placed: PlacedTarget;
}

/** As most targets have it. */
const NOTHING_MISSING: ReadonlyMap<Operation, string> = new Map();

/** Prepares a target for decisions. */
export function placedTarget(
  { imagePrices, ...entry }: TargetEntry,
  provider: ProviderEntry | undefined,
): PlacedTarget {
  return {
    entry: evenly(entry),
    provider,
    key: `${entry.provider}/${entry.model}`,
    hash: hashText(entry.model, hashText(entry.provider)),
    region: entry.region ?? provider?.region,
    training: entry.dataPolicy?.training ?? provider?.dataPolicy?.training,
    retention: entry.dataPolicy?.retention ?? provider?.dataPolicy?.retention,
    numbers: priceNumbersOf(entry.price),
    missingAmounts: missingAmountsOf(entry),
    images: imagePrices?.map(({ price, ...variant }) => ({
      ...variant,
      placed: placedTarget({ ...entry, price }, provider),
    })),
  };
}

function missingAmountsOf({ price }: TargetEntry): ReadonlyMap<Operation, string> {
  const missing = new Map<Operation, string>();
  for (const operation of OPERATIONS) {
    const field = missingAmountFor(operation, price);
    if (field !== undefined) missing.set(operation, field);
  }
  return missing.size === 0 ? NOTHING_MISSING : missing;
}

/** With every field, so that all targets are objects of one shape, which engines read several times as fast as many. */
function evenly({ limits, price, ...entry }: TargetEntry): TargetEntry {
  return {
    provider: entry.provider,
    model: entry.model,
    priority: entry.priority,
    weight: entry.weight,
    price,
    priceSource: entry.priceSource,
    limits: {
      contextWindow: limits?.contextWindow,
      maxOutputTokens: limits?.maxOutputTokens,
      inputModalities: limits?.inputModalities,
      outputModalities: limits?.outputModalities,
      abilities: limits?.abilities,
    },
    region: entry.region,
    dataPolicy: entry.dataPolicy,
    quality: entry.quality,
    tags: entry.tags,
    access: entry.access,
    window: entry.window,
    quotas: entry.quotas,
  };
}
