import type { ByteSpan } from '#libs/contracts';

const BYTES_PER_TOKEN = 4;

/** Tokens by the size of some members of a body: four bytes of JSON are about one token of text. */
export function estimateTokens(members: ReadonlyMap<string, ByteSpan>, names: readonly string[]): number {
  const bytes = names.reduce((sum, name) => {
    const span = members.get(name);
    return span ? sum + span[1] - span[0] : sum;
  }, 0);
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
