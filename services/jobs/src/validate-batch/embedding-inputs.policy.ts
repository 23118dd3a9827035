const decoder = new TextDecoder();

/** How many inputs an embeddings request holds: texts, or lists of tokens. The body has been read by its dialect before. */
export function embeddingInputs(body: Uint8Array): number {
  const { input }: { input: unknown } = JSON.parse(decoder.decode(body));
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
}
