import type { Facts, Wishes } from '#libs/contracts';
import type { Candidacy, Filter } from '../candidacy.js';
import { isMoreThan } from '../amounts.policy.js';
import { tokensAt } from '../price-numbers.js';
import { isRequired, unmetRequirement, type RequirementCheck } from './unmet-requirement.js';

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
    return against ?? unmetRequirement(candidacy, consideration, check);
  },
};

const check: RequirementCheck = (
  { mostInputNanoUsdPerMillion, mostOutputNanoUsdPerMillion },
  candidacy,
  { facts },
): string | undefined => tokensTooDear(mostInputNanoUsdPerMillion, mostOutputNanoUsdPerMillion, { candidacy, facts });

function tooDear(ceilings: Ceilings, candidacy: Candidacy, facts: Facts): string | undefined {
  const { price: own } = candidacy.entry;
  const { requestNanoUsd, imageNanoUsd, promptNanoUsdPerMillion, completionNanoUsdPerMillion } = ceilings;
  if (isMoreThan(own.nanoUsdPerRequest, requestNanoUsd)) return 'it costs more for each request than is allowed';
  if (isMoreThan(own.nanoUsdPerImage, imageNanoUsd)) return 'it costs more for each image than is allowed';
  return tokensTooDear(promptNanoUsdPerMillion, completionNanoUsdPerMillion, { candidacy, facts });
}

function tokensTooDear(
  mostInput: string | undefined,
  mostOutput: string | undefined,
  { candidacy: { entry, placed }, facts }: { readonly candidacy: Candidacy; readonly facts: Facts },
): string | undefined {
  if (mostInput === undefined && mostOutput === undefined) return undefined;
  if (entry.price.isWithoutTokenPrice) return 'its price for tokens is not known';
  const { amounts } = tokensAt(facts.estimatedPromptTokens, placed.numbers);
  if (isMoreThan(amounts.inputNanoUsdPerMillion, mostInput)) return 'its tokens of a prompt cost more than is allowed';
  return isMoreThan(amounts.outputNanoUsdPerMillion, mostOutput)
    ? 'its tokens of an answer cost more than is allowed'
    : undefined;
}
