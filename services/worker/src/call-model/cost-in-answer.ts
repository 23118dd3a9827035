import { formatUsd } from '#libs/pricing';

const USAGE = /("usage"\s*:\s*\{)/;

/** Puts the cost in US dollars into the usage of an answer, as `usage.cost`: OpenRouter's place for it. */
export function withCost(bytes: Uint8Array, costNanoUsd: bigint): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return Buffer.from(text.replace(USAGE, (usage) => `${usage}"cost":${formatUsd(costNanoUsd)},`));
}
