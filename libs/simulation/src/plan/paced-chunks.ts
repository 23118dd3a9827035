import type { StreamEvent } from '../wire/completion-events.js';
import type { SimulatedChunk } from './simulation-plan.js';

const MAXIMUM_CHUNK_CHARACTERS = 65_536;

/** The waits within a stream. */
export interface StreamPace {
  readonly firstChunkDelayMilliseconds: number;
  readonly millisecondsPerToken: number;
}

/**
 * Lays events out in time: an event waits for the tokens it carries, and events with no wait between them travel in one
 * chunk, since writing two hundred pieces one by one costs far more than making them.
 */
export function* pacedChunks(
  events: Iterable<Pick<StreamEvent, 'text' | 'completionTokens'>>,
  pace: StreamPace,
): Generator<SimulatedChunk> {
  let text = '';
  let completionTokens = 0;
  let delayBeforeMilliseconds = pace.firstChunkDelayMilliseconds;
  for (const event of events) {
    const wait = event.completionTokens * pace.millisecondsPerToken;
    if (text !== '' && (wait > 0 || text.length >= MAXIMUM_CHUNK_CHARACTERS)) {
      yield { bytes: Buffer.from(text), delayBeforeMilliseconds, completionTokens, isLast: false };
      text = '';
      completionTokens = 0;
      delayBeforeMilliseconds = 0;
    }
    text += event.text;
    completionTokens += event.completionTokens;
    delayBeforeMilliseconds += wait;
  }
  if (text !== '') yield { bytes: Buffer.from(text), delayBeforeMilliseconds, completionTokens, isLast: true };
}
