import type { Price, Snapshot, TargetEntry } from '#libs/contracts';

/**
 * The price that savings are counted against: of all targets of the configuration in force that answer with text and are paid by
 * tokens, the one whose amounts for a million tokens of prompt and a million of completion make the highest sum, below any tier;
 * of equal ones the higher for completions, then the version that comes first. Undefined where every one is free.
 */
export function dearestPrice({ models }: Pick<Snapshot, 'models'>): Price | undefined {
  let dearest: Price | undefined;
  for (const { targets } of models) {
    for (const target of targets) {
      const { price } = target;
      if (isCandidate(target) && (!dearest || isDearer(price, dearest))) dearest = price;
    }
  }
  return dearest;
}

function isCandidate({ price, limits }: TargetEntry): boolean {
  const answersWithText = limits?.outputModalities?.includes('text') ?? true;
  return answersWithText && price.isWithoutTokenPrice !== true && BigInt(price.outputNanoUsdPerMillion) > 0n;
}

function isDearer(one: Price, other: Price): boolean {
  const [sum, otherSum] = [sumOf(one), sumOf(other)];
  if (sum !== otherSum) return sum > otherSum;
  const [output, otherOutput] = [BigInt(one.outputNanoUsdPerMillion), BigInt(other.outputNanoUsdPerMillion)];
  return output === otherOutput ? one.version < other.version : output > otherOutput;
}

function sumOf({ inputNanoUsdPerMillion, outputNanoUsdPerMillion }: Price): bigint {
  return BigInt(inputNanoUsdPerMillion) + BigInt(outputNanoUsdPerMillion);
}
