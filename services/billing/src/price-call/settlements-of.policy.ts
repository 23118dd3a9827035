import type { Hold } from '#libs/contracts';
import { withMarkup } from '#libs/pricing';
import type { PricedEvent } from './charge.policy.js';

/** How the hold of a request on one budget ends. In nano-USD; `posted` is never more than `held`. */
export interface HoldSettlement {
  readonly reservation: string;
  readonly held: bigint;
  readonly posted: bigint;
  readonly overrun: bigint;
}

/** One settlement for each budget that the request was held on; none for a request that no budget counts. */
export function settlementsOf(priced: PricedEvent): HoldSettlement[] {
  const { hold } = priced.event;
  return hold ? hold.leases.map((lease) => settlementOf(lease, priced)) : [];
}

function settlementOf(lease: Hold['leases'][number], priced: PricedEvent): HoldSettlement {
  const held = BigInt(lease.nanoUsd);
  const cost = lease.providers ? costAt(new Set(lease.providers), priced) : priced.costNanoUsd;
  const charged = priced.costNanoUsd - priced.overrunNanoUsd;
  const most = held < charged ? held : charged;
  const posted = cost < most ? cost : most;
  return { reservation: lease.id, held, posted, overrun: cost - posted };
}

/** What of the cost was spent at these providers. */
function costAt(providers: ReadonlySet<string>, { lines, markupMillionths }: PricedEvent): bigint {
  const there = lines.filter(({ provider, payer }) => payer === 'caller' && providers.has(provider));
  return withMarkup(
    there.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n),
    markupMillionths,
  );
}
