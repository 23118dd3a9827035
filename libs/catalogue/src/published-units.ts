import type { ModelPrice } from '@pydantic/genai-prices';
import { parseUsd, type TokenPrices, type UnitAmountName } from '#libs/pricing';

/** Where amounts for other units than tokens stand in the list, and for how many of ours one of the list's is. */
const LIST_UNITS: readonly (readonly [amount: UnitAmountName, listFields: readonly string[], listUnits: number])[] = [
  ['nanoUsdPerRequest', ['requests_kcount'], 1_000],
  ['nanoUsdPerHourOfAudio', ['input_audio_hours', 'audio_hours'], 1],
  ['nanoUsdPerMillionCharacters', ['input_mchars'], 1],
  ['nanoUsdPerThousandSearches', ['rerank_searches_kcount'], 1],
  ['nanoUsdPerThousandWebSearches', ['web_searches_kcount'], 1],
];

const DECIMALS = 9;

/** Prices of a model by its units. */
export type UnitPrices = Pick<TokenPrices, UnitAmountName>;

/** The amounts that a published price has for other units than tokens. */
export function publishedUnits(price: ModelPrice): UnitPrices {
  const amounts = LIST_UNITS.flatMap(([amount, listFields, listUnits]) => {
    const listed = listFields.map((field) => price[field]).find((value) => value !== undefined);
    const usd = typeof listed === 'object' ? listed.base : listed;
    if (usd === undefined) return [];
    return [[amount, parseUsd((usd / listUnits).toFixed(DECIMALS), amount).toString()]];
  });
  return Object.fromEntries(amounts) as UnitPrices;
}

/** Whether a model is paid by such units alone; searches of the web come on top of something. */
export function canStandAlone({ nanoUsdPerThousandWebSearches: _beside, ...own }: UnitPrices): boolean {
  return Object.keys(own).length > 0;
}
