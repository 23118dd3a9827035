import { InboxEntry, type ServiceSchema } from '#libs/storage';
import { BudgetGrant } from './entities/budget-grant.entity.js';
import { BudgetPeriod } from './entities/budget-period.entity.js';
import { ChargeLine } from './entities/charge-line.entity.js';
import { Charge } from './entities/charge.entity.js';
import { LedgerAccount } from './entities/ledger-account.entity.js';
import { LedgerEntry } from './entities/ledger-entry.entity.js';
import { LedgerTransaction } from './entities/ledger-transaction.entity.js';
import { PriceVersion } from './entities/price-version.entity.js';
import { Reservation } from './entities/reservation.entity.js';
import { Settlement } from './entities/settlement.entity.js';
import { SupersededLine } from './entities/superseded-line.entity.js';
import { CreateCharges1764000000000 } from './migrations/1-create-charges.js';
import { KeepFurtherPrices1764100000000 } from './migrations/2-keep-further-prices.js';
import { KeepUnits1764200000000 } from './migrations/3-keep-units.js';
import { CreateBudgetsAndLedger1764300000000 } from './migrations/4-create-budgets-and-ledger.js';
import { KeepHighestLimits1764400000000 } from './migrations/5-keep-highest-limits.js';
import { KeepSupersededCalls1764500000000 } from './migrations/6-keep-superseded-calls.js';
import { CreateUsageHours1764600000000 } from './migrations/7-create-usage-hours.js';
import { RollUpMoney1764700000000 } from './migrations/8-roll-up-money.js';
import { ShowRowsToTenants1764790000000 } from './migrations/9-show-rows-to-tenants.js';
import { IndexChargesByTime1764800000000 } from './migrations/10-index-charges-by-time.js';
import { SumUpDays1764900000000 } from './migrations/11-sum-up-days.js';
import { NumberInThousands1765000000000 } from './migrations/12-number-in-thousands.js';
import { IndexHoursByKind1765000000100 } from './migrations/13-index-hours-by-kind.js';
import { NameKeysOfCharges1765400000000 } from './migrations/14-name-keys-of-charges.js';

/** What billing keeps in Postgres. */
export const billingSchema: ServiceSchema = {
  schema: 'billing',
  entities: [
    InboxEntry,
    PriceVersion,
    Charge,
    ChargeLine,
    BudgetPeriod,
    Reservation,
    Settlement,
    BudgetGrant,
    LedgerAccount,
    LedgerTransaction,
    LedgerEntry,
    SupersededLine,
  ],
  migrations: [
    CreateCharges1764000000000,
    KeepFurtherPrices1764100000000,
    KeepUnits1764200000000,
    CreateBudgetsAndLedger1764300000000,
    KeepHighestLimits1764400000000,
    KeepSupersededCalls1764500000000,
    CreateUsageHours1764600000000,
    RollUpMoney1764700000000,
    ShowRowsToTenants1764790000000,
    IndexChargesByTime1764800000000,
    SumUpDays1764900000000,
    NumberInThousands1765000000000,
    IndexHoursByKind1765000000100,
    NameKeysOfCharges1765400000000,
  ],
};
