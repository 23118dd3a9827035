import type { Facts, NativeBatchPolicy, Price, RoutingSlip, Target, TargetEntry } from '#libs/contracts';
import { imageVariantOf } from '#libs/pricing';
import { estimatedCostNanoUsd, resolveModel, type RoutingTable } from '#libs/routing';

/** A target whose batch API a line may go to. */
export interface NativeTarget {
  readonly target: Target;
  readonly batchPrice: Price;
  readonly policy: NativeBatchPolicy;
}

/**
 * The first target of a line's plan to whose batch API it may go and there costs no more than online at the plan's first target;
 * undefined where it goes online. Everything that routing demands of a target (permission, residency, data policy) holds for all
 * of the plan.
 */
export function nativeTargetOf(
  { facts, slip }: { facts: Facts; slip: RoutingSlip },
  { models }: Pick<RoutingTable, 'models'>,
  leftMilliseconds: number,
): NativeTarget | undefined {
  const entryOf = (target: Target): TargetEntry | undefined =>
    resolveModel(target.servesModel ?? facts.model, models)?.model.targets.find(
      ({ provider, model }) => provider === target.provider && model === target.model,
    );
  const usual = slip.targets.filter(({ onlyAfter }) => onlyAfter === undefined);
  const online = usual[0] && entryOf(usual[0]);
  if (!online) return undefined;
  const onlineCost = estimatedCostNanoUsd(facts, online);
  for (const target of usual) {
    const entry = entryOf(target);
    const { nativeBatch: policy, batchPrice } = entry ?? {};
    if (!entry || !policy || !batchPrice || !isEarly(policy, leftMilliseconds)) continue;
    // The price of batches is that of any image; one with a price of its own would be charged by another.
    if (imageVariantOf(entry.imagePrices, facts)) continue;
    const cost = estimatedCostNanoUsd(facts, { ...entry, price: batchPrice });
    if (cost !== undefined && (onlineCost === undefined || cost <= onlineCost)) return { target, batchPrice, policy };
  }
  return undefined;
}

/** Whether any line of any batch could go to a batch API with so much time left; saves reading them where none can. */
export function mayGoNative(entries: readonly TargetEntry[], leftMilliseconds: number, lines: number): boolean {
  return entries.some(
    ({ nativeBatch: policy }) => policy !== undefined && lines >= policy.minLines && isEarly(policy, leftMilliseconds),
  );
}

function isEarly({ leastMilliseconds, marginMilliseconds }: NativeBatchPolicy, leftMilliseconds: number): boolean {
  return leftMilliseconds >= leastMilliseconds && leftMilliseconds > marginMilliseconds;
}
