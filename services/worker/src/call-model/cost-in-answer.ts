import { formatUsd } from '#libs/pricing';

const USAGE = /"usage"\s*:\s*\{/;
/** Ours, which is the first member. */
const TOLD_COST = /"usage"\s*:\s*\{\s*"cost"\s*:\s*(\d[\d.]*(?:e-\d+)?)/;
const NANO = 1_000_000_000;
/** Of a provider that puts its own cost there. */
const COST = /,\s*"cost"\s*:\s*[^\s,{}[\]]+|^\s*"cost"\s*:\s*[^\s,{}[\]]+\s*,/;

/**
 * Puts the cost in US dollars into the usage of an answer, as `usage.cost`: OpenRouter's place for it. What the provider itself
 * says there is what it costs us, and is taken out: of two members of one name, readers take the last.
 */
export function withCost(bytes: Uint8Array, costNanoUsd: bigint): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const found = USAGE.exec(text);
  if (!found) return Buffer.from(text);
  const start = found.index + found[0].length;
  const end = endOfObject(text, start);
  const others = text.slice(start, end).replace(COST, '');
  const separator = others.trim() === '' ? '' : ',';
  return Buffer.from(`${text.slice(0, start)}"cost":${formatUsd(costNanoUsd)}${separator}${others}${text.slice(end)}`);
}

/** The same for an answer that has a cost there already: this one on top of it, in whole nano-dollars. */
export function withCostBesides(bytes: Uint8Array, costNanoUsd: bigint): Uint8Array {
  const told = TOLD_COST.exec(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))?.[1];
  if (told === undefined) return bytes;
  return withCost(bytes, costNanoUsd + BigInt(Math.round(Number(told) * NANO)));
}

/** Where an object ends that began before `start`; a usage has no braces in its texts. */
function endOfObject(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) return index;
  }
  return text.length;
}
