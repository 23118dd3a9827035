import type { Facts, Price, PriceTier, Requirements, Wishes } from '#libs/contracts';
import type { Candidacy, Filter } from '../candidacy.js';
import { isMoreThan } from '../amounts.policy.js';
import { amountsFor } from '../estimated-cost.policy.js';
import { isRequired, unmetRequirement } from './unmet-requirement.js';

type Ceilings = NonNullable<Wishes['maxPrice']>;

/**
 * Leaves out targets that are dearer than policy or caller allow. Tokens have the price of the tier that the estimated prompt
 * reaches; a price of tokens that is not known is too dear, one of a request or an image that is not there is none.
 */
export const price: Filter = {
  name: 'price',
  applies: (consideration) =>
    consideration.wishes.maxPrice !== undefined ||
    isRequired(
      consideration,
      ({ mostInputNanoUsdPerMillion, mostOutputNanoUsdPerMillion }) =>
        mostInputNanoUsdPerMillion !== undefined || mostOutputNanoUsdPerMillion !== undefined,
    ),
  reasonAgainst: (candidacy, consideration) => {
    const { wishes, facts } = consideration;
    const against = wishes.maxPrice && tooDear(wishes.maxPrice, candidacy, facts);
    return (
      against ??
      unmetRequirement(candidacy, consideration, (required) => tooDear(ceilingsOf(required), candidacy, facts))
    );
  },
};

function ceilingsOf({ mostInputNanoUsdPerMillion, mostOutputNanoUsdPerMillion }: Requirements): Ceilings {
  return {
    promptNanoUsdPerMillion: mostInputNanoUsdPerMillion,
    completionNanoUsdPerMillion: mostOutputNanoUsdPerMillion,
  };
}

function tooDear(ceilings: Ceilings, { entry }: Candidacy, facts: Facts): string | undefined {
  const { price: own } = entry;
  const { requestNanoUsd, imageNanoUsd } = ceilings;
  if (isMoreThan(own.nanoUsdPerRequest, requestNanoUsd)) return 'it costs more for each request than is allowed';
  if (isMoreThan(own.nanoUsdPerImage, imageNanoUsd)) return 'it costs more for each image than is allowed';
  return tokensTooDear(ceilings, own, facts);
}

function tokensTooDear(
  { promptNanoUsdPerMillion, completionNanoUsdPerMillion }: Ceilings,
  own: Price,
  facts: Facts,
): string | undefined {
  if (promptNanoUsdPerMillion === undefined && completionNanoUsdPerMillion === undefined) return undefined;
  if (own.isWithoutTokenPrice) return 'its price for tokens is not known';
  const amounts: Price | PriceTier = amountsFor(facts.estimatedPromptTokens, own);
  if (isMoreThan(amounts.inputNanoUsdPerMillion, promptNanoUsdPerMillion)) {
    return 'its tokens of a prompt cost more than is allowed';
  }
  return isMoreThan(amounts.outputNanoUsdPerMillion, completionNanoUsdPerMillion)
    ? 'its tokens of an answer cost more than is allowed'
    : undefined;
}
