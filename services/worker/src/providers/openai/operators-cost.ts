const USAGE = /"usage"\s*:\s*\{/g;
const COST = '"cost';

/**
 * Takes out of an answer of OpenRouter, or of whole events of one, what it cost the operator: `cost` and `cost_details` of its
 * `usage`. Returns the same bytes where there is no such thing; else all other members stay as they are.
 */
export function withoutOperatorsCost(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.includes(COST)) return bytes;
  const text = buffer.toString('utf8');
  let edited = '';
  let copied = 0;
  for (const found of text.matchAll(USAGE)) {
    const start = found.index + found[0].length - 1;
    const end = endOfObject(text, start);
    if (start < copied || end === undefined) continue;
    edited += text.slice(copied, start) + withoutCost(text.slice(start, end));
    copied = end;
  }
  return copied === 0 ? bytes : Buffer.from(edited + text.slice(copied));
}

/** Where an object ends; a usage has no braces in its texts. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) return index + 1;
  }
  return undefined;
}

function withoutCost(usage: string): string {
  try {
    const parsed = JSON.parse(usage) as Record<string, unknown>;
    if (!('cost' in parsed) && !('cost_details' in parsed)) return usage;
    const { cost: _, cost_details: __, ...others } = parsed;
    return JSON.stringify(others);
  } catch {
    return usage;
  }
}
