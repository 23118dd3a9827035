import type { Price, PriceTier, ProviderEntry, Requirements, TargetEntry } from '#libs/contracts';

/** What a target is judged by. */
export interface JudgedTarget {
  readonly entry: TargetEntry;
  readonly provider: Pick<ProviderEntry, 'region' | 'dataPolicy'> | undefined;
}

type Judgement = (required: Requirements, target: JudgedTarget) => string | undefined;

/** Why a target can meet requirements for no request at all; undefined where it may meet them for some. */
export function neverMeets(required: Requirements, target: JudgedTarget): string | undefined {
  for (const judge of [ofProvider, ofRegion, ofData, ofPrice, ofCost]) {
    const reason = judge(required, target);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const ofProvider: Judgement = ({ providers, notProviders }, { entry }) =>
  (providers && !providers.includes(entry.provider)) || notProviders?.includes(entry.provider)
    ? 'its provider is not allowed'
    : undefined;

const ofRegion: Judgement = ({ regions }, { entry, provider }) => {
  const region = entry.region ?? provider?.region;
  if (!regions || (region !== undefined && regions.includes(region))) return undefined;
  return region === undefined ? 'its region is not known' : `its region is ${region}`;
};

const ofData: Judgement = ({ noTraining, zeroRetention }, { entry, provider }) => {
  const training = entry.dataPolicy?.training ?? provider?.dataPolicy?.training;
  const retention = entry.dataPolicy?.retention ?? provider?.dataPolicy?.retention;
  if (noTraining && training !== false) return `its dataPolicy.training is ${training ?? 'not known'}`;
  return zeroRetention && retention !== false ? `its dataPolicy.retention is ${retention ?? 'not known'}` : undefined;
};

/** The cheapest tier counts, whatever prompt it is for. */
const ofPrice: Judgement = ({ mostInputNanoUsdPerMillion, mostOutputNanoUsdPerMillion }, { entry: { price } }) => {
  if (mostInputNanoUsdPerMillion === undefined && mostOutputNanoUsdPerMillion === undefined) return undefined;
  if (price.isWithoutTokenPrice) return 'its price for tokens is not known';
  const isDearer = ({ inputNanoUsdPerMillion, outputNanoUsdPerMillion }: Price | PriceTier): boolean =>
    exceeds(inputNanoUsdPerMillion, mostInputNanoUsdPerMillion) ||
    exceeds(outputNanoUsdPerMillion, mostOutputNanoUsdPerMillion);
  return [price, ...(price.tiers ?? [])].every(isDearer) ? 'its tokens cost more' : undefined;
};

const ofCost: Judgement = ({ mostCostNanoUsd }, { entry: { price } }) =>
  exceeds(price.nanoUsdPerRequest, mostCostNanoUsd) ? 'each request costs more' : undefined;

function exceeds(amount: string | undefined, most: string | undefined): boolean {
  return amount !== undefined && most !== undefined && BigInt(amount) > BigInt(most);
}
