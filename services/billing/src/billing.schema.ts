import { InboxEntry, type ServiceSchema } from '#libs/storage';
import { ChargeLine } from './entities/charge-line.entity.js';
import { Charge } from './entities/charge.entity.js';
import { PriceVersion } from './entities/price-version.entity.js';
import { CreateCharges1764000000000 } from './migrations/1-create-charges.js';
import { KeepFurtherPrices1764100000000 } from './migrations/2-keep-further-prices.js';
import { KeepUnits1764200000000 } from './migrations/3-keep-units.js';

/** What billing keeps in Postgres. */
export const billingSchema: ServiceSchema = {
  schema: 'billing',
  entities: [InboxEntry, PriceVersion, Charge, ChargeLine],
  migrations: [CreateCharges1764000000000, KeepFurtherPrices1764100000000, KeepUnits1764200000000],
};
