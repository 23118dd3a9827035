import { ProviderFailure } from '../providers/provider-failure.js';
import type { CallClock } from './call-clock.js';

const PATIENCE_MILLISECONDS = 1_000;

/**
 * The pieces of a stream, for a reader that stops at the end mark. What the provider sends after it, at least the end of its
 * response, is still read off, for a moment and in the background: breaking off would close the connection, and every stream
 * would pay for a new one.
 */
export async function* keepingConnection(
  body: AsyncIterable<Uint8Array>,
  clock: CallClock,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  let hasEnded = false;
  try {
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value;
    hasEnded = true;
  } finally {
    if (!hasEnded) void readOff(pieces, clock);
  }
}

async function readOff(pieces: AsyncIterator<Uint8Array>, clock: CallClock): Promise<void> {
  const giveUp = () =>
    clock.abort(new ProviderFailure('cut_stream', 'the provider went on sending after the end mark'));
  const timer = setTimeout(giveUp, PATIENCE_MILLISECONDS);
  try {
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next());
  } catch {
    // The answer is complete; how its connection ends does not matter any more.
  } finally {
    clearTimeout(timer);
  }
}
