import { z } from 'zod';
import { slug } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { modelName } from '../field-types.js';
import { priceFields } from '../price-fields.js';

/** The currency that prices are kept and charged in. */
const CURRENCY = 'USD';

/** A time with its zone, so that a price changes at one moment everywhere. */
const effectiveFrom = z.iso.datetime({
  offset: true,
  error: 'must be a time with a zone, such as "2027-01-01T00:00:00Z"',
});

/** A price of a model at a provider that takes the place of what targets and the catalogue say, from a time on. */
export const priceEntryFields = closedObject({
  name: slug,
  provider: slug,
  model: modelName,
  price: priceFields,
  effectiveFrom: effectiveFrom.optional(),
  currency: z
    .literal(CURRENCY, {
      error: `must be ${CURRENCY}: prices are kept in US dollars (exchangeRates are for invoices and budgets); convert the amounts`,
    })
    .optional(),
});
/** The names of all fields that such a price may have. */
export const PRICE_FIELD_NAMES: readonly string[] = Object.keys(priceEntryFields.shape);
