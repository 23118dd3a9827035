import { ProviderFailure } from '../providers/provider-failure.js';

const MOST_WHOLE_BYTES = 64 * 1024 ** 2;

/** The text of a body that is read to its end. @throws ProviderFailure above `mostBytes`; then nothing more is read */
export async function readWhole(body: AsyncIterable<Uint8Array>, mostBytes = MOST_WHOLE_BYTES): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new ProviderFailure('bad_answer', `the answer is larger than ${mostBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
