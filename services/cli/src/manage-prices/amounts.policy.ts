import { CliError } from '../cli.error.js';

/**
 * Amounts of a price as they are written at a terminal, `inputPerMillion=0.40`, several of them: an object of texts, since a number
 * could not hold every amount exactly. Which fields there are and what they may be is for the server to say.
 * @throws CliError for what has not this form, or names a field twice
 */
export function amountsOf(pairs: readonly string[]): Record<string, string> {
  const amounts: Record<string, string> = {};
  for (const pair of pairs) {
    const [, field, amount] = /^([A-Za-z0-9]+)=(.+)$/.exec(pair) ?? [];
    if (field === undefined || amount === undefined)
      throw new CliError(`"${pair}" is no amount; write FIELD=USD, such as inputPerMillion=0.40 or perImage=0.04.`);
    if (Object.hasOwn(amounts, field)) throw new CliError(`"${field}" is given twice; give one amount.`);
    amounts[field] = amount;
  }
  return amounts;
}
