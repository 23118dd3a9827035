import type { NamedEntry } from '../keep-ledger/charge-entries.policy.js';
import type { PricedEvent } from './charge.policy.js';

/** A charge as it goes into the books. */
export interface EnteredCharge {
  readonly priced: PricedEvent;
  /** The model that was asked for, as it can be stored. */
  readonly model: string;
  readonly entries: readonly NamedEntry[];
  /** The number of its transaction in the ledger; undefined where nothing is posted. */
  readonly transaction: number | undefined;
}
