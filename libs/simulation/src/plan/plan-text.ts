import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import type { StreamEvent } from '../wire/completion-events.js';
import { pacedChunks } from './paced-chunks.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SimulationPlan } from './simulation-plan.js';

/** An answer in a wire format of its own, whole and in events; only the one that is asked for is made. */
export interface EncodedText {
  readonly isStream: boolean;
  /** Beside the content type. */
  readonly headers: Readonly<Record<string, string>>;
  whole(): unknown;
  events(): Iterable<Pick<StreamEvent, 'text' | 'completionTokens'>>;
}

/** Plans how a proper answer is sent: a plain one waits until all of it is generated, a stream for each of its tokens. */
export function planText(answer: SimulatedAnswer, text: EncodedText, options: SimulationOptions): SimulationPlan {
  const { tokensPerSecond = 0, latencyMilliseconds = 0 } = options;
  const millisecondsPerToken = tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0;
  const sent = { status: 200, ending: 'clean', usage: answer.usage } as const;
  if (text.isStream) {
    const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
    const pace = { firstChunkDelayMilliseconds: 0, millisecondsPerToken };
    return {
      ...sent,
      kind: 'stream',
      headers: { ...streamHeaders, ...text.headers },
      firstByteDelayMilliseconds: latencyMilliseconds,
      chunks: pacedChunks(text.events(), pace),
    };
  }
  const body = Buffer.from(JSON.stringify(text.whole()));
  return {
    ...sent,
    kind: 'whole',
    headers: { 'content-type': 'application/json', ...text.headers },
    body,
    declaredBytes: body.length,
    firstByteDelayMilliseconds: latencyMilliseconds + answer.usage.completionTokens * millisecondsPerToken,
  };
}
