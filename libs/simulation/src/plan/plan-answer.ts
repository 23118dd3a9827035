import type { ChatRequest } from '../chat/chat-request.js';
import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import type { Distortion } from '../models/behaviour.js';
import { firstHalf } from '../models/answer-faults.js';
import { encodeCompletion, encodeUsage } from '../wire/chat-completion.js';
import { completionEvents, type StreamEvent } from '../wire/completion-events.js';
import { JSON_CONTENT_TYPE } from '../wire/error-reply.js';
import { pacedChunks } from './paced-chunks.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SimulationPlan, StreamPlan, WholePlan } from './simulation-plan.js';

const EVENT_STREAM_CONTENT_TYPE = 'text/event-stream; charset=utf-8';

/** A request and what the simulated model answers to it. */
export interface AnsweredRequest {
  readonly request: ChatRequest;
  readonly answer: SimulatedAnswer;
}

function millisecondsPerTokenOf({ tokensPerSecond = 0 }: SimulationOptions): number {
  return tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0;
}

function claimedUsageOf(answer: SimulatedAnswer, distortion: Distortion): unknown {
  const truth = encodeUsage(answer.usage);
  return distortion.usage === undefined ? truth : distortion.usage(truth);
}

function headersOf(answer: SimulatedAnswer, contentType: string): Record<string, string> {
  return { 'content-type': contentType, 'x-request-id': answer.id };
}

function planWhole(answer: SimulatedAnswer, distortion: Distortion, options: SimulationOptions): WholePlan {
  const { ending = 'clean', contentType = JSON_CONTENT_TYPE } = distortion;
  const completion = encodeCompletion(answer, options.createdSeconds, claimedUsageOf(answer, distortion));
  const complete = JSON.stringify(completion);
  const body = Buffer.from(distortion.body?.(complete) ?? complete);
  const generationMilliseconds = answer.usage.completionTokens * millisecondsPerTokenOf(options);
  return {
    kind: 'whole',
    status: 200,
    headers: headersOf(answer, contentType),
    body: ending === 'clean' ? body : Buffer.from(firstHalf(complete)),
    declaredBytes: body.length,
    firstByteDelayMilliseconds:
      (options.latencyMilliseconds ?? 0) + (distortion.firstTokenDelayMilliseconds ?? 0) + generationMilliseconds,
    ending,
    usage: answer.usage,
  };
}

function countTokensIn(events: readonly StreamEvent[]): number {
  return events.reduce((sum, event) => sum + event.completionTokens, 0);
}

function planStream(
  { request, answer }: AnsweredRequest,
  distortion: Distortion,
  options: SimulationOptions,
): StreamPlan {
  let events: Iterable<StreamEvent> = completionEvents(answer, {
    createdSeconds: options.createdSeconds,
    tokensPerChunk: Math.max(1, options.tokensPerChunk ?? 1),
    includesUsage: request.includesUsage,
    usage: claimedUsageOf(answer, distortion),
  });
  let usage = answer.usage;
  if (distortion.events !== undefined) {
    const distorted = distortion.events([...events]);
    usage = { ...usage, completionTokens: countTokensIn(distorted) };
    events = distorted;
  }
  return {
    kind: 'stream',
    status: 200,
    headers: { ...headersOf(answer, distortion.contentType ?? EVENT_STREAM_CONTENT_TYPE), 'cache-control': 'no-cache' },
    firstByteDelayMilliseconds: options.latencyMilliseconds ?? 0,
    chunks: pacedChunks(events, {
      firstChunkDelayMilliseconds: distortion.firstTokenDelayMilliseconds ?? 0,
      millisecondsPerToken: millisecondsPerTokenOf(options),
    }),
    ending: distortion.ending ?? 'clean',
    usage,
  };
}

/** Plans how an answer is sent, plain or as a stream, with whatever its model gets wrong about it. */
export function planAnswer(
  { request, answer }: AnsweredRequest,
  distortion: Distortion,
  options: SimulationOptions,
): SimulationPlan {
  const given = distortion.answer?.(answer) ?? answer;
  return request.isStream
    ? planStream({ request, answer: given }, distortion, options)
    : planWhole(given, distortion, options);
}
